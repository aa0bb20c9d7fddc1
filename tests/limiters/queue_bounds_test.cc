#include "limiters/queue_bounds.h"

#include <gtest/gtest.h>

#include <limits>

#include "limiters/random.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kAnyNumber = std::numeric_limits<int>::max();

// Ten places of 10 ms.
const ServiceView kPool{.baseline = milliseconds(10), .per_second = 1000, .limit = 10};

Offered surely(double per_second) { return {per_second, per_second}; }

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
          .baseline = milliseconds(10), .per_second = places * 100.0, .limit = places};
      const int waiting = queue_bounds({}, pool, surely(pool.per_second * load)).most_waiting;
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

TEST(QueueBounds, WhereWorkVariesMuchALittleMoreThanWasDoneIsChance) {
  ServiceView uneven = kPool;
  uneven.spread = 2.4;
  EXPECT_EQ(queue_bounds({}, uneven, surely(1250)).most_waiting, kAnyNumber);
  EXPECT_LT(queue_bounds({}, uneven, surely(1400)).most_waiting, 20);
  uneven.spread = 0;
  EXPECT_LT(queue_bounds({}, uneven, surely(1010)).most_waiting, 50) << "nor is it ever less";
  uneven.spread = 100;
  EXPECT_LT(queue_bounds({}, uneven, surely(1700)).most_waiting, 20) << "within bounds";
}

TEST(QueueBounds, ALittleTooMuchForLongIsAnOverloadToo) {
  ServiceView pool = kPool;
  pool.lasting_per_second = 1000;
  const Offered little{.likely = 1060, .at_least = 950, .lasting = 1020};
  EXPECT_LT(queue_bounds({}, pool, little).most_waiting, 50);
  pool.lasting_per_second = 1040;
  EXPECT_EQ(queue_bounds({}, pool, little).most_waiting, kAnyNumber)
      << "the last windows say less is done than is";
  pool.lasting_per_second = 1000;
  pool.spread = 2.4;
  EXPECT_EQ(queue_bounds({}, pool, little).most_waiting, kAnyNumber)
      << "where work varies much, so many requests do not tell a fiftieth";
}

TEST(QueueBounds, AServiceThatWasSlowForLongIsBelievedWhenItIsNotAnyMore) {
  ServiceView pool = kPool;
  const int at_once = queue_bounds({}, pool, surely(1200)).most_waiting;
  pool.lasting_per_second = 30;
  EXPECT_GE(queue_bounds({}, pool, surely(1200)).most_waiting, at_once / 2);
}

TEST(QueueBounds, AreLongerWherePlacesStoodEmptySoonAfterOthersWereTurnedAway) {
  ServiceView bursts = kPool;
  const QueueBounds least = queue_bounds({}, bursts, surely(1500));
  bursts.longer = 0.1;
  const QueueBounds longer = queue_bounds({}, bursts, surely(1500));
  EXPECT_EQ(longer.most_waiting, least.most_waiting + 30) << "a tenth of 300 ms";
  EXPECT_GE(longer.longest_wait, milliseconds(30)) << "who may wait for a place has the time";
  bursts.longer = 1;
  EXPECT_LE(queue_bounds({}, bursts, surely(1500)).longest_wait, milliseconds(300)) << "as in calm";
}

TEST(QueueBounds, AServiceInBurstsDoesNoMoreThanItDoesWithItsPauses) {
  ServiceView bursts = kPool;
  bursts.per_second_with_pauses = 400;
  const Offered between{.likely = 600, .at_least = 560, .lasting = 580};
  EXPECT_EQ(queue_bounds({}, bursts, between).most_waiting, kAnyNumber) << "a pause or two";
  bursts.longer = 0.01;
  EXPECT_LT(queue_bounds({}, bursts, between).most_waiting, kAnyNumber);
  const Offered less{.likely = 390, .at_least = 360, .lasting = 380};
  EXPECT_EQ(queue_bounds({}, bursts, less).most_waiting, kAnyNumber);
}

TEST(QueueBounds, AreOfSomeSecondsAtMostAndNeverBeyondWhatIsConfigured) {
  EXPECT_EQ(queue_bounds({}, {.baseline = seconds(8)}, {}).longest_wait, seconds(5));
  const QueueParams short_wait{.max_wait = milliseconds(3), .max_waiting = {}};
  for (const double offered : {0.0, 3000.0})
    EXPECT_LE(queue_bounds(short_wait, kPool, surely(offered)).longest_wait, milliseconds(3));
}

TEST(QueueBounds, AreCalmWhileTheServiceIsNotKnown) {
  EXPECT_EQ(queue_bounds({}, {}, surely(1e6)).most_waiting, kAnyNumber);
  EXPECT_EQ(queue_bounds({}, {.baseline = milliseconds(10)}, surely(1e6)).most_waiting, kAnyNumber);
}

// Poisson arrivals in steps of 10 ms.
Offered offered(double per_second, double for_seconds, OfferedRate& rate, Random& chance) {
  double next = chance.exponential(1 / per_second);
  for (double now = 0; now < for_seconds; now += 0.01) {
    int arrived = 0;
    for (; next < now + 0.01; next += chance.exponential(1 / per_second)) ++arrived;
    rate.add(arrived, milliseconds(10), seconds(2));
  }
  return rate.now();
}

double at_least(double per_second, double for_seconds, OfferedRate& rate, Random& chance) {
  return offered(per_second, for_seconds, rate, chance).at_least;
}

// In how many of so many runs it comes true of a rate that is new in each.
template <typename Run>
int times(int runs, uint64_t seed, const Run& run) {
  Random chance(seed);
  int count = 0;
  for (int i = 0; i < runs; ++i) {
    OfferedRate rate;
    count += run(rate, chance) ? 1 : 0;
  }
  return count;
}

TEST(OfferedRate, HardlyEverSaysMoreThanIsTrue) {
  EXPECT_LE(times(200, 3,
                  [](OfferedRate& rate, Random& chance) {
                    return at_least(900, 1, rate, chance) > 1000;
                  }),
            2);
}

TEST(OfferedRate, SeesAnOverloadWithinAHundredArrivals) {
  EXPECT_GE(times(100, 4,
                  [](OfferedRate& rate, Random& chance) {
                    at_least(700, 2, rate, chance);
                    return at_least(2500, 0.06, rate, chance) > 1000;
                  }),
            95);
}

TEST(OfferedRate, SeesATenthTooMuchWithinSomeSeconds) {
  const auto at_once = [](OfferedRate& rate, Random& chance) {
    return at_least(1100, 6, rate, chance) > 1000;
  };
  const auto lasting = [](OfferedRate& rate, Random& chance) {
    return offered(1100, 6, rate, chance).lasting > 1000;
  };
  EXPECT_LT(times(50, 6, at_once), 35) << "or nothing else were needed";
  EXPECT_GE(times(50, 6, lasting), 45);
}

TEST(OfferedRate, ForgetsATenthTooMuchAsSoonAsItIsOver) {
  EXPECT_GE(times(50, 7,
                  [](OfferedRate& rate, Random& chance) {
                    offered(1100, 6, rate, chance);
                    return offered(700, 0.4, rate, chance).lasting < 1000;
                  }),
            48);
}

TEST(OfferedRate, ForgetsASilence) {
  OfferedRate rate;
  for (int i = 0; i < 10000; ++i) rate.add(0, milliseconds(10), seconds(2));
  Random chance(5);
  EXPECT_GT(at_least(1000, 1, rate, chance), 700);
}

}  // namespace
}  // namespace weir::limiters
