#include "limiters/look_around.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

constexpr double kWellKnown = 200;  // samples of fewer in flight

// So many samples in so many seconds, while more is asked for than can be done.
Window overload(double samples = 100, double seconds = 1) {
  Window window;
  window.closed = window.opened + from_seconds(seconds);
  window.levels[level_of(10)] = Level::of(0.010, 10, samples);
  window.in_use = 0.5;
  window.overloaded = true;
  return window;
}

class LookAroundTest : public ::testing::Test {
 protected:
  void see(const Window& window, int times = 1) {
    for (int i = 0; i < times; ++i) look_around_.note(window);
  }
  bool due(double of_fewer = kWellKnown, bool slow_start = false) const {
    return look_around_.due(of_fewer, slow_start);
  }
  // Windows of that kind until one is due.
  int windows_until_due(const Window& window) {
    int windows = 0;
    for (; !due() && windows < 10000; ++windows) see(window);
    return windows;
  }
  LookAround look_around_;
};

TEST_F(LookAroundTest, IsDueAfterAThousandSamplesUnderOverload) {
  see(overload(), 9);
  EXPECT_FALSE(due());
  see(overload());
  EXPECT_TRUE(due());
  EXPECT_FALSE(due(kWellKnown, true)) << "in slow start more are let in anyhow";
}

TEST_F(LookAroundTest, AnOverloadHasToLastForAHundredSamples) {
  Window calm = overload();
  calm.overloaded = false;
  see(calm, 20);
  EXPECT_FALSE(due()) << "nobody is turned away";
  see(overload(99));
  EXPECT_FALSE(due()) << "what follows a pause is none";
  see(overload(1));
  EXPECT_TRUE(due());
  see(calm);
  EXPECT_FALSE(due()) << "it is over";
}

TEST_F(LookAroundTest, WhereNearlyAllPlacesWereTakenForLongCalmWillDoIfLittleIsKnownOfFewer) {
  Window crowded = overload();
  crowded.overloaded = false;
  crowded.in_use = 0.9;
  see(crowded, 19);
  EXPECT_FALSE(due(99));
  see(crowded);
  EXPECT_TRUE(due(99));
  EXPECT_TRUE(due(99, true)) << "slow start goes nowhere where nobody is turned away";
  EXPECT_FALSE(due(100)) << "a bend would show";
  crowded.in_use = 0.8;
  see(crowded);
  EXPECT_FALSE(due(99)) << "others were in flight";
}

TEST_F(LookAroundTest, ComesLessOftenEachTimeThatItFoundWhatWasExpected) {
  EXPECT_EQ(windows_until_due(overload()), 10);
  for (const int expected : {20, 40, 80, 160, 200, 200}) {
    look_around_.ended(false);
    EXPECT_EQ(windows_until_due(overload()), expected);
  }
  look_around_.ended(true);
  EXPECT_EQ(windows_until_due(overload()), 10) << "after a surprise as often as at first";
}

TEST_F(LookAroundTest, IsNotDueWithinASecondUnlessTheLastOneWasASurprise) {
  const Window fast = overload(1000, 0.001);
  see(fast);
  EXPECT_TRUE(due()) << "nor at first";
  look_around_.ended(false);
  EXPECT_GE(windows_until_due(fast), 1000);
  look_around_.ended(true);
  EXPECT_EQ(windows_until_due(fast), 1);
}

TEST_F(LookAroundTest, GoesToMoreAndToFewerInTurn) {
  EXPECT_TRUE(look_around_.to_more(kWellKnown));
  EXPECT_FALSE(look_around_.to_more(kWellKnown));
  EXPECT_TRUE(look_around_.to_more(kWellKnown));
}

TEST_F(LookAroundTest, GoesToFewerFirstWhereLittleIsKnownOfThem) {
  EXPECT_FALSE(look_around_.to_more(49));
  EXPECT_FALSE(look_around_.to_more(49));
  EXPECT_TRUE(look_around_.to_more(50));
}

}  // namespace
}  // namespace weir::limiters
