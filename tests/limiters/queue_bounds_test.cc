#include "limiters/queue_bounds.h"

#include <gtest/gtest.h>

#include <limits>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kAnyNumber = std::numeric_limits<int>::max();

Rate surely(double per_second) { return {per_second, per_second, per_second}; }

// Ten places of 10 ms.
const ServiceView kPool{.baseline = milliseconds(10), .served = surely(1000), .limit = 10};

TEST(QueueBounds, ABurstMayWaitWhileNoMoreIsAskedForThanCanBeDone) {
  for (const double offered : {0.0, 500.0, 999.0}) {
    const QueueBounds bounds = queue_bounds({}, kPool, surely(offered));
    EXPECT_EQ(bounds.most_waiting, kAnyNumber);
    EXPECT_EQ(bounds.longest_wait, milliseconds(300));
  }
}

TEST(QueueBounds, TheDeeperTheOverloadTheFewerWait) {
  int last = kAnyNumber;
  for (const double load : {1.05, 1.2, 1.5, 2.0, 5.0}) {
    const QueueBounds bounds = queue_bounds({}, kPool, surely(1000 * load));
    EXPECT_LE(bounds.most_waiting, last) << load;
    EXPECT_GE(bounds.most_waiting, 1) << load;
    last = bounds.most_waiting;
  }
  EXPECT_LE(last, 4);
}

// M/M/c/N by its balance equations: the share of what a pool can do that it does.
double use_of(int places, double load, int waiting) {
  double term = 1, all = 1, used = 0;
  for (int n = 1; n <= places + waiting; ++n) {
    term *= load * places / std::min(n, places);
    all += term;
    used += term * std::min(n, places) / places;
  }
  return used / all;
}

TEST(QueueBounds, ThoseWhoMayWaitKeepAPoolBusy) {
  for (const int places : {4, 10, 32, 100})
    for (const double load : {1.1, 1.2, 1.4, 2.0, 3.0}) {
      const ServiceView pool{
          .baseline = milliseconds(10), .served = surely(places * 100.0), .limit = places};
      const int waiting = queue_bounds({}, pool, surely(pool.served.likely * load)).most_waiting;
      EXPECT_GE(use_of(places, load, waiting), places < 10 ? 0.95 : 0.965)
          << places << " places at " << load;
    }
}

TEST(QueueBounds, WhatALimitLetsWaitInsideTheServiceNeedNotWaitOutside) {
  ServiceView generous = kPool;
  generous.limit = 20;
  EXPECT_LT(queue_bounds({}, generous, surely(1300)).most_waiting,
            queue_bounds({}, kPool, surely(1300)).most_waiting);
}

TEST(QueueBounds, AreOfSomeSecondsAtMostAndNeverBeyondWhatIsConfigured) {
  EXPECT_EQ(queue_bounds({}, {.baseline = seconds(8), .served = {}}, {}).longest_wait, seconds(5));
  const QueueParams short_wait{.max_wait = milliseconds(3), .max_waiting = {}};
  for (const double offered : {0.0, 3000.0})
    EXPECT_LE(queue_bounds(short_wait, kPool, surely(offered)).longest_wait, milliseconds(3));
}

TEST(QueueBounds, AreCalmWhileTheServiceMayDoAllThatIsAskedFor) {
  ServiceView uneven = kPool;
  uneven.served = {.likely = 1000, .at_least = 800, .at_most = 1250};
  EXPECT_EQ(queue_bounds({}, uneven, surely(1200)).most_waiting, kAnyNumber);
  EXPECT_LT(queue_bounds({}, uneven, surely(1300)).most_waiting, kAnyNumber);
}

TEST(QueueBounds, AreCalmWhileTheServiceIsNotKnown) {
  EXPECT_EQ(queue_bounds({}, {}, surely(1e6)).most_waiting, kAnyNumber);
  EXPECT_EQ(
      queue_bounds({}, {.baseline = milliseconds(10), .served = {}}, surely(1e6)).most_waiting,
      kAnyNumber);
}

}  // namespace
}  // namespace weir::limiters
