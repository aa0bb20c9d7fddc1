#include "limiters/quickening.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "limiters/random.h"

namespace weir::limiters {
namespace {

// Exponential times of that mean, ten at a time.
class Stream {
 public:
  explicit Stream(uint64_t seed) : chance_(seed) {}
  Level next(double mean) {
    Level ten;
    for (int i = 0; i < 10; ++i) ten.add(Level::of(-mean * std::log(1 - chance_.uniform()), 3));
    return ten;
  }

 private:
  Random chance_;
};

// Until it is true, at most `most`.
int samples_until(Quickening& quickening, Stream& stream, double mean, int limit, int most) {
  for (int seen = 10; seen <= most; seen += 10)
    if (quickening.note(stream.next(mean), limit, 1)) return seen;
  return most;
}

TEST(Quickening, AThirdLessIsNoticedWithinAFewHundredSamples) {
  int longest = 0, sum = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Quickening quickening;
    Stream stream(seed);
    for (int i = 0; i < 10; ++i) quickening.note(stream.next(0.030), 3, 1);
    quickening.restart({});
    for (int i = 0; i < 10; ++i) quickening.note(stream.next(0.030), 3, 1);
    const int seen = samples_until(quickening, stream, 0.020, 3, 2000);
    sum += seen;
    longest = std::max(longest, seen);
  }
  EXPECT_LT(sum / 200, 150);
  EXPECT_LT(longest, 1000);
}

// As often as a limit is felt for anyhow.
TEST(Quickening, WhatStaysAsItIsSeldomSeemsQuicker) {
  const auto samples_between = [](int limit) {
    double samples = 0, times = 0;
    for (uint64_t seed = 1; seed <= 50; ++seed) {
      Stream stream(seed);
      Quickening quickening;
      for (int i = 0; i < 2000; ++i) {
        samples += 10;
        if (!quickening.note(stream.next(0.030), limit, 1)) continue;
        ++times;
        quickening.restart({});
      }
    }
    return samples / std::max(times, 1.0);
  };
  EXPECT_GT(samples_between(3), 600);
  EXPECT_GT(samples_between(24), 1800);
}

TEST(Quickening, WhatIsKnownOfTheNewLimitNeedsNoTimeToLearn) {
  Level known;
  Stream stream(1);
  for (int i = 0; i < 10; ++i) known.add(stream.next(0.030));
  Quickening quickening;
  quickening.restart(known);
  EXPECT_LT(samples_until(quickening, stream, 0.015, 3, 2000), 60);
}

TEST(Quickening, WhatBecomesSlowerIsNotQuicker) {
  Quickening quickening;
  Stream stream(1);
  for (int i = 0; i < 10; ++i) quickening.note(stream.next(0.030), 3, 1);
  EXPECT_EQ(samples_until(quickening, stream, 0.050, 3, 500), 500);
}

TEST(Quickening, SaysWhatWasSeenSince) {
  Quickening quickening;
  Stream stream(1);
  for (int i = 0; i < 10; ++i) quickening.note(stream.next(0.030), 3, 1);
  samples_until(quickening, stream, 0.010, 3, 2000);
  EXPECT_GE(quickening.since().count, 10);
  EXPECT_NEAR(quickening.since().mean(), 0.010, 0.006);
}

// Below a single place nothing can wait, so that whatever is faster is the service's own doing.
TEST(Quickening, OfOnePlaceNothingIsSaid) {
  Quickening quickening;
  Stream stream(1);
  for (int i = 0; i < 10; ++i) quickening.note(stream.next(0.030), 1, 1);
  EXPECT_EQ(samples_until(quickening, stream, 0.010, 1, 2000), 2000);
}

}  // namespace
}  // namespace weir::limiters
