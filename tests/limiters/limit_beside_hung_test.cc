#include "limiters/limit_beside_hung.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

constexpr double kLimit = 10;  // for those who are answered
constexpr int kRoom = 1000;

// A second in which all places were taken, so many of them by callers who left without an answer,
// and so many others were answered after so long.
Window hanging(int left, int answered, double seconds = 0.010) {
  Window window;
  window.closed = window.opened + std::chrono::seconds(1);
  window.limit = left + static_cast<int>(kLimit);
  window.limited = true;
  window.answered[static_cast<size_t>(Outcome::kAbandoned)] = left;
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = answered;
  window.cohort.left = window.cohort.left_seconds = left;
  if (answered > 0) window.as_answered = Level::of(seconds, kLimit, answered);
  window.levels[level_of(static_cast<int>(kLimit))] = window.as_answered;
  return window;
}

class LimitBesideHungTest : public ::testing::Test {
 protected:
  // Usually they are answered in 10 ms; then sixty hang.
  LimitBesideHungTest() {
    for (int i = 0; i < 3; ++i) callers_.note(hanging(0, 100), false);
    callers_.note(hanging(60, 50), false);
  }
  LimitBesideHung::Step step(const Window& window) {
    return beside_.step(window, callers_, kLimit, kRoom);
  }
  // Until it says something else than that more places hang; 100 windows at most.
  LimitBesideHung::Step step_until_moved(const Window& window) {
    LimitBesideHung::Step last = step(window);
    for (int i = 0; i < 100 && !last.limit; ++i) last = step(window);
    return last;
  }
  int places() const { return beside_.places(kLimit, kRoom); }

  Abandonment callers_;
  LimitBesideHung beside_;
};

TEST_F(LimitBesideHungTest, BeginsOnceUntilItEnds) {
  EXPECT_FALSE(beside_.begun());
  EXPECT_TRUE(beside_.begin());
  EXPECT_FALSE(beside_.begin());
  EXPECT_TRUE(beside_.begun());
  beside_.end();
  EXPECT_FALSE(beside_.begun());
  EXPECT_TRUE(beside_.begin());
}

TEST_F(LimitBesideHungTest, PlacesThatHangAreMadeUpForAndTheLimitStays) {
  ASSERT_TRUE(callers_.other_work().apart());
  const LimitBesideHung::Step first = step(hanging(60, 50));
  EXPECT_EQ(first.cause, Cause::kPlacesHung);
  EXPECT_FALSE(first.limit);
  EXPECT_GT(places(), 0);
  EXPECT_LE(beside_.places(kLimit, 5), 5) << "no more than there is room for";
  beside_.forget();
  EXPECT_EQ(places(), 0);
}

TEST_F(LimitBesideHungTest, WhereNobodyIsAnsweredNothingIsSeen) {
  const LimitBesideHung::Step none = step(hanging(60, 0));
  EXPECT_EQ(none.cause, Cause::kFewSamples);
  EXPECT_FALSE(none.limit);
  EXPECT_EQ(places(), 0);
}

TEST_F(LimitBesideHungTest, TheLimitGoesUpWhereTheOthersAreQuickerThanUsual) {
  const LimitBesideHung::Step up = step_until_moved(hanging(60, 1000, 0.009));
  EXPECT_EQ(up.cause, Cause::kInUse);
  EXPECT_DOUBLE_EQ(up.limit.value(), 11);
}

TEST_F(LimitBesideHungTest, TheLimitGoesDownWhereTheOthersTakeHalfAsLongAgain) {
  const LimitBesideHung::Step down = step_until_moved(hanging(60, 500, 0.017));
  EXPECT_EQ(down.cause, Cause::kLatencyHigh);
  EXPECT_DOUBLE_EQ(down.limit.value(), 9);
}

TEST_F(LimitBesideHungTest, WhereHalfOfItMakesNobodyQuickerTheWholeIsGivenBack) {
  const Window slow = hanging(60, 500, 0.017);
  ASSERT_EQ(step_until_moved(slow).cause, Cause::kLatencyHigh);
  const LimitBesideHung::Step back = beside_.step(slow, callers_, kLimit / 2, kRoom);
  EXPECT_EQ(back.cause, Cause::kServiceSlower);
  EXPECT_DOUBLE_EQ(back.limit.value(), kLimit);
}

TEST_F(LimitBesideHungTest, WhereNobodyHasToWaitTheLimitStaysHoweverTheOthersFare) {
  Window roomy = hanging(60, 500, 0.017);
  roomy.limited = false;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(step(roomy).limit);
  EXPECT_EQ(step(roomy).cause, Cause::kNotLimited) << "as many hang as before";
}

}  // namespace
}  // namespace weir::limiters
