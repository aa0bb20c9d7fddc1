#include "limiters/abandonment.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using std::chrono::seconds;

// A second in which so many callers left, and so many were answered after so long.
Window window_of(int left, int answered, double latency_seconds = 0.010) {
  Window window;
  window.closed = window.opened + seconds(1);
  if (answered > 0) window.as_answered = Level::of(latency_seconds, 5, answered);
  window.levels[level_of(5)] = window.as_answered;
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = answered;
  window.answered[static_cast<size_t>(Outcome::kAbandoned)] = left;
  return window;
}

class AbandonmentTest : public ::testing::Test {
 protected:
  void see(const Window& window, int times = 1, bool least = false) {
    for (int i = 0; i < times; ++i) abandonment_.note(window, least);
  }
  Abandonment abandonment_;
};

TEST_F(AbandonmentTest, MostLeaveWhenMoreDoThanAreAnsweredAndNotByChance) {
  see(window_of(60, 40));
  EXPECT_TRUE(abandonment_.most_leave());
  see(window_of(60, 60));
  EXPECT_FALSE(abandonment_.most_leave());
  see(window_of(9, 0));
  EXPECT_FALSE(abandonment_.most_leave());
  Window failing = window_of(60, 40);
  failing.answered[static_cast<size_t>(Outcome::kFailure)] = 30;
  see(failing);
  EXPECT_FALSE(abandonment_.most_leave()) << "a failure is an answer";
}

TEST_F(AbandonmentTest, NobodyIsAnsweredUntilSomebodyIs) {
  EXPECT_FALSE(abandonment_.nobody_answered());
  see(window_of(5, 0));
  EXPECT_TRUE(abandonment_.nobody_answered());
  see(window_of(0, 0));
  EXPECT_TRUE(abandonment_.nobody_answered()) << "silence is no answer";
  see(window_of(60, 1));
  EXPECT_FALSE(abandonment_.nobody_answered());
}

TEST_F(AbandonmentTest, FiveHundredOrTenSecondsAreLong) {
  see(window_of(60, 0), 8);
  EXPECT_FALSE(abandonment_.long_unanswered());
  see(window_of(60, 0));
  EXPECT_TRUE(abandonment_.long_unanswered());
  see(window_of(0, 1));
  see(window_of(1, 0), 9);
  see(window_of(0, 0), 100);
  EXPECT_FALSE(abandonment_.long_unanswered()) << "seconds in which nobody left do not count";
  see(window_of(1, 0));
  EXPECT_TRUE(abandonment_.long_unanswered());
}

TEST_F(AbandonmentTest, WhoStaysIsSlowOnlyBesideWhatWasSeenWhileHardlyAnybodyLeft) {
  see(window_of(60, 40, 0.060));
  EXPECT_FALSE(abandonment_.slow()) << "nothing to compare with";
  see(window_of(1, 50, 0.010), 2);
  EXPECT_FALSE(abandonment_.slow()) << "most stay";
  see(window_of(60, 40, 0.017));
  EXPECT_FALSE(abandonment_.slow()) << "within two errors of 1.5 times";
  see(window_of(0, 50, 0.010));
  see(window_of(60, 40, 0.060));
  EXPECT_TRUE(abandonment_.slow());
}

TEST_F(AbandonmentTest, AFewSlowAnswersAreChance) {
  see(window_of(0, 50, 0.010));
  see(window_of(60, 9, 0.060));
  EXPECT_FALSE(abandonment_.slow());
  see(window_of(60, 9, 0.060));
  EXPECT_TRUE(abandonment_.slow()) << "together they are many";
}

TEST_F(AbandonmentTest, AtTheLeastLimitTheServiceTakesWhatItTakes) {
  see(window_of(0, 50, 0.010));
  see(window_of(60, 40, 0.060), 20, true);
  EXPECT_FALSE(abandonment_.slow());
}

TEST_F(AbandonmentTest, WhatIsUsualIsNotLearntBesideThoseWhoHang) {
  see(window_of(0, 100));
  Window hanging = window_of(60, 30);
  hanging.cohort.left = hanging.cohort.left_seconds = 60;
  see(hanging);
  ASSERT_TRUE(abandonment_.other_work().apart());
  see(window_of(9, 100, 0.011), 5);
  EXPECT_NEAR(abandonment_.usual().mean(), 0.010, 1e-9);
}

}  // namespace
}  // namespace weir::limiters
