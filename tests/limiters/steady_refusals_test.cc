#include "limiters/steady_refusals.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

// A second in which so many were sent, and so many of these refused.
Window window_of(double sent, double refused) {
  Window window;
  window.closed = window.opened + std::chrono::seconds(1);
  window.levels[level_of(5)] = Level::of(0.010, 5, sent - refused);
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = sent - refused;
  window.answered[static_cast<size_t>(Outcome::kOverload)] = refused;
  window.cohort.refused = refused;
  return window;
}

class SteadyRefusalsTest : public ::testing::Test {
 protected:
  bool shows(double sent, double refused, int windows = 1) {
    bool shown = false;
    for (int i = 0; i < windows; ++i) shown = refusals_.note(window_of(sent, refused)) || shown;
    return shown;
  }
  SteadyRefusals refusals_;
};

TEST_F(SteadyRefusalsTest, AShareThatStaysWhenLessIsSentIsRefusedWhateverIsSent) {
  EXPECT_FALSE(shows(300, 100, 5));
  EXPECT_FALSE(refusals_.steady()) << "as much is sent";
  EXPECT_TRUE(shows(150, 50, 5));
  EXPECT_TRUE(refusals_.steady());
}

TEST_F(SteadyRefusalsTest, WhatIsBeyondARateIsNot) {
  // 300 a second are taken, whatever is sent.
  for (const double sent : {1500, 1000, 750, 600, 500, 400, 340})
    EXPECT_FALSE(shows(sent, sent - 300, 3)) << sent;
}

TEST_F(SteadyRefusalsTest, WhatIsBeyondANumberInsideIsNot) {
  // Twelve at once, of 10 ms each; refusals take as long, for their places are held.
  for (const double limit : {40, 30, 22, 16, 14})
    EXPECT_FALSE(shows(limit * 100, limit * 100 - 1200, 3)) << limit;
}

TEST_F(SteadyRefusalsTest, AFewRequestsShowNothing) {
  shows(100, 33, 5);
  EXPECT_FALSE(shows(10, 3, 4));
  EXPECT_TRUE(shows(10, 3, 30));
}

TEST_F(SteadyRefusalsTest, WhereNearlyAllIsRefusedLessIsSent) {
  shows(300, 300, 5);
  EXPECT_FALSE(shows(100, 100, 20));
  EXPECT_FALSE(refusals_.steady());
}

TEST_F(SteadyRefusalsTest, OneInTenMoreIsNotExplainedByIt) {
  shows(300, 180, 5);
  ASSERT_TRUE(shows(150, 90, 5));
  shows(150, 95, 5);
  EXPECT_TRUE(refusals_.steady());
  shows(150, 110, 5);
  EXPECT_FALSE(refusals_.steady());
}

// A cap may have taken the place of what was refused whatever was sent.
TEST_F(SteadyRefusalsTest, IsAskedAgainAfterHalfAMinuteAndThenTwiceAsLate) {
  shows(300, 100, 5);
  ASSERT_TRUE(shows(150, 50, 5));
  shows(300, 100, 20);
  EXPECT_TRUE(refusals_.steady());
  shows(300, 100, 10);
  EXPECT_FALSE(refusals_.steady());
  ASSERT_TRUE(shows(150, 50, 5));
  shows(300, 100, 50);
  EXPECT_TRUE(refusals_.steady());
  shows(300, 100, 10);
  EXPECT_FALSE(refusals_.steady());
}

TEST_F(SteadyRefusalsTest, AskedAgainACapIsFound) {
  shows(300, 100, 5);
  ASSERT_TRUE(shows(150, 50, 5));
  shows(300, 100, 30);
  EXPECT_FALSE(shows(150, 0, 1) || shows(200, 22, 10));
  EXPECT_FALSE(refusals_.steady());
}

TEST_F(SteadyRefusalsTest, IsForgottenAMinuteAfterTheLast) {
  shows(300, 100, 5);
  ASSERT_TRUE(shows(150, 50, 5));
  shows(300, 0, 25);
  shows(300, 100);
  EXPECT_TRUE(refusals_.steady()) << "whoever comes now and then is not judged each time";
  shows(300, 0, 62);
  shows(300, 100);
  EXPECT_FALSE(refusals_.steady());
}

TEST_F(SteadyRefusalsTest, WhoTimesOutTellsOfWhatWasSentLongAgo) {
  const auto late = [](double sent, double timed_out) {
    Window window = window_of(sent, timed_out);
    window.cohort.refused = 0;
    return window;
  };
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(refusals_.note(late(300, 100)));
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(refusals_.note(late(100, 33)));
  EXPECT_FALSE(refusals_.steady());
}

}  // namespace
}  // namespace weir::limiters
