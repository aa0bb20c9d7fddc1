#include "limiters/window.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

// Of a cohort of 100, so many were answered in 10 ms, and so many timed out after a second each;
// the rest has no answer yet.
Window timed_out(int with_answer, int timed_out) {
  Window window;
  window.cohort = {.granted = 100,
                   .answered = static_cast<double>(with_answer + timed_out),
                   .left = static_cast<double>(timed_out),
                   .left_seconds = static_cast<double>(timed_out),
                   .timed_out = static_cast<double>(timed_out),
                   .timed_out_seconds = static_cast<double>(timed_out)};
  window.levels[level_of(5)] = Level::of(0.010, 5, with_answer);
  window.as_answered = window.all_levels();
  return window;
}

Window answered(Outcome outcome, double count, double successes) {
  Window window;
  window.answered[static_cast<size_t>(outcome)] = count;
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = successes;
  return window;
}

TEST(Window, AFewWhoTimeOutAreSlowOnesAndHaveLeft) {
  const Window window = timed_out(60, 30);
  EXPECT_FALSE(window.timeouts_are_overload());
  EXPECT_EQ(window.left(), 30);
  EXPECT_EQ(window.left_seconds(), 30);
  EXPECT_EQ(window.open(), 10);
  EXPECT_EQ(window.overloads(), 0);
}

TEST(Window, WhereSomeTimeOutAndMostHaveNoAnswerTooMuchWasSent) {
  Window window = timed_out(40, 30);
  EXPECT_TRUE(window.timeouts_are_overload());
  EXPECT_EQ(window.left(), 0);
  EXPECT_EQ(window.left_seconds(), 0);
  EXPECT_EQ(window.open(), 0);
  EXPECT_EQ(window.overloads(), 30);
  EXPECT_TRUE(window.refused());
  window.answered[static_cast<size_t>(Outcome::kOverload)] = 5;
  EXPECT_EQ(window.overloads(), 35) << "beside those whom the service refused";
}

TEST(Window, WhoTimedOutIsLostOnce) {
  Window window = timed_out(40, 30);
  window.answered[static_cast<size_t>(Outcome::kTimedOut)] = 30;
  EXPECT_EQ(window.lost(), 30) << "of the cohort and in its time";
  window.answered[static_cast<size_t>(Outcome::kTimedOut)] = 35;
  window.answered[static_cast<size_t>(Outcome::kOverload)] = 5;
  EXPECT_EQ(window.lost(), 40) << "some were granted before";
}

TEST(Window, CallersWhoLeaveAreNoOverloadHoweverManyTheyAre) {
  Window window = timed_out(40, 0);
  window.cohort.answered += 60;
  window.cohort.left = window.cohort.left_seconds = 60;
  EXPECT_FALSE(window.timeouts_are_overload());
  EXPECT_EQ(window.left(), 60);
  EXPECT_TRUE(window.most_unanswered());
  window.cohort.timed_out = 1;
  EXPECT_FALSE(window.timeouts_are_overload()) << "one is chance";
}

TEST(Window, WhoLeftOrHasNoAnswerTakesLongerThanHeHasTaken) {
  Window window = timed_out(60, 30);
  window.count_unanswered(std::chrono::milliseconds(500));
  EXPECT_NEAR(window.all_levels().mean(), 0.010 + 30.0 / 60 + 10 * 0.5 / 60, 1e-9);
  EXPECT_EQ(window.all_levels().count, 60);
  EXPECT_GT(window.all_levels().variance(), 0) << "how many of them are answered is chance";
  EXPECT_NEAR(window.as_answered.mean(), 0.010, 1e-9);
}

TEST(Window, WhereTooMuchWasSentTheAnswersAreTakenAsTheyAre) {
  Window window = timed_out(40, 30);
  window.count_unanswered(std::chrono::milliseconds(500));
  EXPECT_NEAR(window.all_levels().mean(), 0.010, 1e-9);
}

TEST(Window, WhereNobodyIsAnsweredNothingIsStretched) {
  Window window = timed_out(0, 0);
  window.levels = {};
  window.count_unanswered(std::chrono::milliseconds(500));
  EXPECT_EQ(window.all_levels().count, 0);
}

TEST(Window, WhereHalfArePassedOverTheOthersHaveDoneTheWorkOfAll) {
  Window window = timed_out(100, 0);
  window.count_passed_over(0.5);
  EXPECT_NEAR(window.all_levels().mean(), 0.020, 1e-9);
  EXPECT_EQ(window.all_levels().count, 100);
  EXPECT_NEAR(window.as_answered.mean(), 0.010, 1e-9);
}

TEST(Window, WhoIsKnownToWaitIsNotCountedTwice) {
  Window window = timed_out(60, 0);
  window.count_unanswered(std::chrono::milliseconds(500));
  const double known = window.all_levels().mean();
  window.count_passed_over(0.5);
  EXPECT_EQ(window.all_levels().mean(), known);
}

TEST(Window, WhereNobodyIsAnsweredNobodyIsPassedOver) {
  Window window;
  window.count_passed_over(0.99);
  EXPECT_EQ(window.all_levels().sum_seconds, 0);
  EXPECT_EQ(window.all_levels().sum_logs, 0);
}

TEST(Window, OneInTenRefusedIsMoreThanAServiceMayRefuseWhateverItsLoad) {
  EXPECT_FALSE(answered(Outcome::kOverload, 9, 91).refused());
  EXPECT_TRUE(answered(Outcome::kOverload, 10, 90).refused());
  EXPECT_FALSE(answered(Outcome::kTimedOut, 10, 90).refused());
  EXPECT_TRUE(answered(Outcome::kTimedOut, 10, 90).losing());
  EXPECT_TRUE(answered(Outcome::kTimedOut, 1, 0).refused()) << "and nobody is served";
  EXPECT_FALSE(answered(Outcome::kAbandoned, 10, 0).refused());
}

TEST(Window, OverQuotaIsAShareOfTheCohort) {
  Window window;
  EXPECT_EQ(window.share_over_quota(), 0);
  window.levels[level_of(3)] = Level::of(0.010, 3, 30);
  window.over_quota[level_of(9)] = 10;
  EXPECT_EQ(window.sent_in_cohort(), 40);
  EXPECT_DOUBLE_EQ(window.share_over_quota(), 0.25);
}

}  // namespace
}  // namespace weir::limiters
