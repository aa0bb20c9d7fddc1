#include "limiters/slowdown.h"

#include <gtest/gtest.h>

#include <cmath>

#include "limiters/random.h"

namespace weir::limiters {
namespace {

constexpr double kLimit = 12;

// Twenty exponential times of that mean with as many inside as the limit.
Level window_of(Random& chance, double mean) {
  Level level;
  for (int i = 0; i < 20; ++i) level.add(Level::of(-mean * std::log(1 - chance.uniform()), kLimit));
  return level;
}

// How it was: 20 ms, well known.
Level usual(Random& chance) {
  Level level;
  for (int i = 0; i < 10; ++i) level.add(window_of(chance, 0.020));
  return level;
}

// Windows of these means, one after the other, into a slowdown that knows how it was.
class SlowdownTest : public ::testing::TestWithParam<uint64_t> {
 protected:
  void see(double mean) { slowdown_.note(window_of(chance_, mean), known_, kLimit, 1); }
  bool settled() const { return slowdown_.settled(1); }

  Random chance_{GetParam()};
  Level known_ = usual(chance_);
  Slowdown slowdown_;
};

INSTANTIATE_TEST_SUITE_P(Seeds, SlowdownTest, ::testing::Range<uint64_t>(1, 21));

TEST_P(SlowdownTest, AServiceThatStaysAsItIsIsNotSuspectedForLong) {
  for (int i = 0; i < 1000; ++i) {
    see(0.020);
    EXPECT_FALSE(settled());
  }
}

TEST_P(SlowdownTest, OneThatBecomesFiveTimesSlowerHasSettledWithinTenWindows) {
  int windows = 0;
  while (!settled() && windows < 100) {
    see(0.100);
    ++windows;
  }
  EXPECT_GE(windows, 3);
  EXPECT_LE(windows, 10);
  EXPECT_NEAR(slowdown_.now().mean(), 0.100, 0.045);
  EXPECT_EQ(slowdown_.limit(), kLimit);
}

TEST_P(SlowdownTest, WhileItStillRisesItHasNotSettled) {
  for (const double mean : {0.06, 0.15, 0.4, 1.0}) {
    see(mean);
    EXPECT_FALSE(settled());
  }
  EXPECT_TRUE(slowdown_.suspected());
}

TEST_P(SlowdownTest, WhatIsQuickerWithFewerInsideIsAQueue) {
  for (int i = 0; i < 2; ++i) see(0.4);
  see(0.08);
  EXPECT_FALSE(slowdown_.suspected());
}

TEST_P(SlowdownTest, WhatIsAsQuickAsBeforeIsForgotten) {
  while (!slowdown_.suspected()) see(0.1);
  see(0.02);
  EXPECT_FALSE(slowdown_.suspected());
}

// One in ten takes twenty times as long, all others as long as ever.
TEST_P(SlowdownTest, AFewSlowOnesAreNoSlowService) {
  int times = 0;
  for (int i = 0; i < 100; ++i) {
    Level window = window_of(chance_, 0.020);
    window.add(Level::of(0.4, kLimit, 2));
    slowdown_.note(window, known_, kLimit, 1);
    if (settled()) ++times;
  }
  EXPECT_LE(times, 2) << "by chance";
}

TEST(Slowdown, WhatIsHardlyKnownCannotBecomeSlower) {
  Slowdown slowdown;
  for (int i = 0; i < 100; ++i)
    slowdown.note(Level::of(1, kLimit, 20), Level::of(0.02, kLimit, 9), kLimit, 1);
  EXPECT_FALSE(slowdown.suspected());
}

TEST(Slowdown, EmptyWindowsShowNothing) {
  Slowdown slowdown;
  const Level known = Level::of(0.02, kLimit, 100);
  slowdown.note(Level::of(1, kLimit, 20), known, kLimit, 0.1);
  for (int i = 0; i < 100; ++i) slowdown.note({}, known, kLimit, 0.1);
  EXPECT_TRUE(slowdown.suspected());
  EXPECT_FALSE(slowdown.settled(0.1));
}

}  // namespace
}  // namespace weir::limiters
