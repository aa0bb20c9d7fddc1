#include "limiters/other_work.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weir::limiters {
namespace {

// A tenth of a second in which so many left after so long, and so many were answered after so long.
Window window_of(int left, double waited, int answered, double latency) {
  Window window;
  window.closed = window.opened + std::chrono::milliseconds(100);
  window.answered[static_cast<size_t>(Outcome::kAbandoned)] = left;
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = answered;
  window.cohort.left = left;
  window.cohort.left_seconds = left * waited;
  if (answered > 0) window.as_answered = Level::of(latency, 5, answered);
  return window;
}

class OtherWorkTest : public ::testing::Test {
 protected:
  bool apart_after(const Window& window) {
    work_.note(window, usual_);
    return work_.apart();
  }
  OtherWork work_;
  Level usual_ = Level::of(0.010, 5, 100);
};

TEST_F(OtherWorkTest, WhoIsAnsweredAsFastAsEverHasNotWaitedInTheLineOfThoseWhoLeave) {
  EXPECT_TRUE(apart_after(window_of(60, 1, 30, 0.010)));
  EXPECT_FALSE(work_.undecided());
}

TEST_F(OtherWorkTest, WhoIsSlowAsWellMayHave) {
  EXPECT_FALSE(apart_after(window_of(60, 1, 30, 0.2)));
  EXPECT_FALSE(work_.undecided());
}

TEST_F(OtherWorkTest, AlikeAndExponentialTheyAreNeverToldApart) {
  // Where a share q leaves after a second; see the header.
  for (const double q : {0.06, 0.3, 0.5, 0.9}) {
    const double answered = 1 / std::log(1 / q) - q / (1 - q);
    EXPECT_FALSE(apart_after(
        window_of(static_cast<int>(q * 1000), 1, static_cast<int>(1000 - q * 1000), answered)))
        << q;
  }
}

TEST_F(OtherWorkTest, WhoLeavesSoonTellsNothing) {
  EXPECT_FALSE(apart_after(window_of(20, 0.060, 50, 0.010)));
  EXPECT_FALSE(work_.undecided()) << "no more of it would tell, either";
  EXPECT_TRUE(apart_after(window_of(60, 0.100, 50, 0.010)));
}

TEST_F(OtherWorkTest, TheFewerAreAnsweredTheLongerTheOthersMustHaveWaited) {
  EXPECT_FALSE(apart_after(window_of(20, 0.100, 1, 0.010)));
  EXPECT_TRUE(work_.undecided());
  work_ = {};
  EXPECT_TRUE(apart_after(window_of(20, 1, 1, 0.010)));
}

TEST_F(OtherWorkTest, WhereNobodyIsAnsweredItIsUndecided) {
  EXPECT_FALSE(apart_after(window_of(20, 1, 0, 0)));
  EXPECT_TRUE(work_.undecided());
}

TEST_F(OtherWorkTest, AnswersThatAreMuchQuickerThanUsualAreOfAnotherKindThemselves) {
  EXPECT_FALSE(apart_after(window_of(60, 1, 30, 0.001)));
  EXPECT_FALSE(work_.undecided());
}

TEST_F(OtherWorkTest, AnswersThatAreMuchMoreAlikeThanUsualAreToo) {
  const auto spread = [](double times, int answered) {
    Level both = Level::of(0.010 * times, 5, answered / 2.0);
    both.add(Level::of(0.010 / times, 5, answered / 2.0));
    return both;
  };
  usual_ = spread(2, 100);
  Window window = window_of(60, 1, 30, 0.010);
  window.as_answered = spread(1.2, 30);
  EXPECT_FALSE(apart_after(window)) << "from a cache, say";
  work_ = {};
  window.as_answered = spread(1.8, 30);
  EXPECT_TRUE(apart_after(window));
  window = window_of(60, 1, 30, 0);
  window.as_answered = Level::of(0.030, 5, 100);
  EXPECT_TRUE(apart_after(window)) << "no cache makes all of it slower";
}

TEST_F(OtherWorkTest, AFewWhoLeaveOrManyAmongMoreWhoDoNotAreNoReasonToLookAway) {
  EXPECT_FALSE(apart_after(window_of(9, 1, 5, 0.010))) << "as of work that takes long now and then";
  work_ = {};
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(apart_after(window_of(20, 1, 30, 0.010)));
  EXPECT_FALSE(work_.undecided());
}

TEST_F(OtherWorkTest, NothingIsToldWhereNothingUsualIsKnown) {
  usual_ = Level::of(0.010, 5, 9);
  EXPECT_FALSE(apart_after(window_of(60, 1, 30, 0.010)));
  EXPECT_FALSE(work_.undecided());
}

TEST_F(OtherWorkTest, HoldsBetweenTheWavesInWhichTheyLeave) {
  apart_after(window_of(60, 1, 30, 0.010));
  for (int i = 0; i < 19; ++i) EXPECT_TRUE(apart_after(window_of(1, 1, 60, 0.011)));
  apart_after(window_of(60, 1, 30, 0.010));
  for (int i = 0; i < 19; ++i) EXPECT_TRUE(apart_after(window_of(1, 1, 60, 0.011)));
}

TEST_F(OtherWorkTest, EndsWhenHardlyAnybodyHasLeftForTwiceAsLongAsTheyWaited) {
  apart_after(window_of(60, 1, 30, 0.010));
  for (int i = 0; i < 19; ++i) EXPECT_TRUE(apart_after(window_of(0, 0, 60, 0.010)));
  apart_after(window_of(0, 0, 60, 0.010));
  EXPECT_FALSE(apart_after(window_of(0, 0, 60, 0.010)));
}

TEST_F(OtherWorkTest, EndsWhenTheOthersBecomeSlow) {
  apart_after(window_of(60, 1, 30, 0.010));
  EXPECT_FALSE(apart_after(window_of(60, 1, 50, 0.150)));
  EXPECT_TRUE(work_.were_apart()) << "who hangs is still here";
}

TEST_F(OtherWorkTest, IsNotForgottenForOneWaveInWhichTheOthersWereSlow) {
  for (int i = 0; i < 10; ++i) apart_after(window_of(60, 1, 50, 0.010));
  EXPECT_TRUE(apart_after(window_of(0, 1, 40, 0.150)));
  EXPECT_FALSE(apart_after(window_of(0, 1, 200, 0.150)));
}

TEST_F(OtherWorkTest, WereApartOnlyAsLongAsSomeLeave) {
  apart_after(window_of(60, 1, 30, 0.010));
  for (int i = 0; i < 21; ++i) apart_after(window_of(0, 0, 60, 0.010));
  EXPECT_FALSE(work_.were_apart());
}

}  // namespace
}  // namespace weir::limiters
