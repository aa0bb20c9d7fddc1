#include <gtest/gtest.h>

#include <algorithm>

#include "limiters/knee_limit.h"
#include "tests/limiters/knee_fixture.h"

// KneeLimit and the callers who leave without an answer.
namespace weir::limiters {
namespace {

// A second in which so many callers left, and as many were answered in 10 ms.
Window left(int callers, int answered, int limit) {
  Window window;
  window.closed = window.opened + std::chrono::seconds(1);
  const int at = std::min(limit, 10);
  if (answered > 0) window.levels[level_of(at)] = Level::of(0.010, at, answered);
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = answered;
  window.answered[static_cast<size_t>(Outcome::kAbandoned)] = callers;
  window.limited = true;
  return window;
}

TEST(KneeLimit, WhereAllCallersGiveUpItIsTooHigh) {
  KneeLimit limit = begun(Service{10}, 40);
  Window idle = left(60, 0, 40);
  idle.limited = false;
  EXPECT_NE(limit.update(idle), Cause::kOverload) << "nobody had to wait for a place";
  EXPECT_NE(limit.update(left(9, 0, 40)), Cause::kOverload) << "nine are chance";
  EXPECT_NE(limit.update(left(60, 1, 40)), Cause::kOverload) << "latency will tell";
  for (int i = 0; i < 60; ++i) EXPECT_EQ(limit.update(left(60, 0, 40)), Cause::kOverload);
  EXPECT_EQ(limit.limit(), 1);
}

TEST(KneeLimit, WhereAllTimeOutItIsTooHighThoughItIsNotReached) {
  KneeLimit limit = begun(Service{10}, 40);
  Window late = left(0, 0, 40);
  late.answered[static_cast<size_t>(Outcome::kTimedOut)] = 20;
  late.limited = false;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limit.update(late), Cause::kOverload);
  EXPECT_LT(limit.limit(), 20);
}

TEST(KneeLimit, WhoGivesUpDoesNotLowerItBelowWhatWasFineALittleAgo) {
  const Service service{10};
  KneeLimit limit = begun(service, 40);
  for (const int in_flight : {6, 8, 10, 16, 30}) limit.learn(service.window(in_flight, 40));
  for (int i = 0; i < 50; ++i) {
    for (int lost = 0; lost < 4; ++lost) limit.update(left(60, 0, limit.limit()));
    limit.update(left(60, 2, limit.limit()));
  }
  EXPECT_GE(limit.limit(), 8);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(limit.update(left(60, 0, 10)), Cause::kOverload);
  EXPECT_GE(limit.limit(), 7);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(limit.update(left(60, 0, 10)), Cause::kOverload);
  EXPECT_EQ(limit.limit(), 1) << "nobody is answered: nothing says what would be fine";
}

// A second in which so many callers left, and the others were answered after so many seconds.
Window slow_and_left(int callers, double seconds, int limit) {
  Window window = left(callers, 30, limit);
  window.as_answered = Level::of(seconds, 10, 30);
  window.levels = {};
  // However many are inside, as where the service works on for those who left.
  window.levels[level_of(limit)] = Level::of(seconds * 4, limit, 30);
  return window;
}

TEST(KneeLimit, WhereMostLeaveAndTheOthersAreSlowItIsTooHighWhateverTheCurveSays) {
  KneeLimit limit = begun(Service{10}, 40);
  for (int i = 0; i < 3; ++i) {
    Window healthy = left(0, 30, limit.limit());
    healthy.as_answered = Level::of(0.010, 10, 30);
    healthy.limited = false;
    limit.update(healthy);
  }
  const int before = limit.limit();
  EXPECT_NE(limit.update(slow_and_left(60, 0.013, before)), Cause::kOverload) << "as fast as ever";
  EXPECT_NE(limit.update(slow_and_left(20, 0.060, before)), Cause::kOverload) << "most stay";
  int windows = 0;
  while (limit.limit() > 1 && ++windows < 100)
    EXPECT_EQ(limit.update(slow_and_left(60, 0.060, limit.limit())), Cause::kOverload);
  EXPECT_LT(windows, 40);
}

TEST(KneeLimit, WhatWasCutWhileNobodyWasAnsweredIsFeltForAnewWhenSomebodyIs) {
  KneeLimit limit = begun(Service{10}, 40);
  for (int i = 0; i < 60; ++i) limit.update(left(60, 0, limit.limit()));
  ASSERT_EQ(limit.limit(), 1);
  const Service wide{1e6};
  for (int i = 0; i < 8; ++i) wide.fill(limit);
  EXPECT_GE(limit.limit(), 60) << "doubled each time";
}

TEST(KneeLimit, SecondsInWhichNobodyLeftAreNoReasonToForget) {
  const Service service{10};
  KneeLimit limit = begun(service, 40);
  for (const int in_flight : {6, 8, 10, 16, 30}) limit.learn(service.window(in_flight, 40));
  Window idle;
  idle.closed = idle.opened + std::chrono::seconds(60);
  limit.update(idle);
  for (int i = 0; i < 5; ++i) limit.update(left(60, 0, limit.limit()));
  EXPECT_GE(limit.limit(), 7);
}

// A second in which so many left after one, and so many were answered after so many seconds.
Window hung(int callers, int answered, double seconds, int limit) {
  Window window = left(callers, 0, limit);
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = answered;
  window.cohort.left = callers;
  window.cohort.left_seconds = callers;
  if (answered < 1) return window;
  window.as_answered = Level::of(seconds, limit, answered);
  window.levels[level_of(limit)] =
      Level::of(seconds + static_cast<double>(callers) / answered, limit, answered);
  return window;
}

class KneeLimitAndHungPlaces : public ::testing::Test {
 protected:
  // Ten places of 10 ms that are used by half, and then most of what is inside hangs.
  explicit KneeLimitAndHungPlaces(int most = 1000) : limit_(begun(Service{10}, 20, most)) {
    for (int i = 0; i < 3; ++i) {
      Window calm = hung(0, 100, 0.010, 6);
      calm.limited = false;
      limit_.update(calm);
    }
  }
  int places() const { return limit_.limit() + limit_.hung(); }
  // In a second.
  Cause hang(int answered = 6, double seconds = 0.010) {
    Window window = hung(places(), answered, seconds, places());
    window.limit = places();
    return limit_.update(window);
  }
  // Until sixty places are made up for.
  void hang_all() {
    hang();
    hang();
    ASSERT_EQ(places(), 80);
    ASSERT_EQ(limit_.limit(), 20);
  }
  KneeLimit limit_;
};

TEST_F(KneeLimitAndHungPlaces, ArePlacesBesideTheLimitWhileTheOthersAreAnsweredAsFastAsEver) {
  EXPECT_EQ(hang(), Cause::kPlacesHung);
  EXPECT_EQ(places(), 40);
  EXPECT_EQ(hang(), Cause::kPlacesHung);
  EXPECT_EQ(places(), 80);
  for (int i = 0; i < 50; ++i) {
    // There is room now, and what they waited would be a latency of 0.11 s.
    Window roomy = hung(60, 600, 0.010, 70);
    roomy.limit = 80;
    roomy.in_use = 66.0 / 80;
    roomy.limited = false;
    limit_.update(roomy);
  }
  EXPECT_EQ(limit_.limit(), 20);
  EXPECT_NEAR(limit_.hung(), 60, 1);
  EXPECT_EQ(limit_.baseline(), from_seconds(0.010));
}

TEST(KneeLimit, ALookThatHungPlacesInterruptEndsWhereItBegan) {
  const Service service{40};
  KneeLimit limit = begun(service, 60);
  int before = 0;
  for (Cause cause = Cause::kHeld; cause != Cause::kTryingLess;) {
    before = limit.limit();
    Window window = service.window(before, before);
    window.as_answered = Level::of(0.010, before, 100);
    cause = limit.update(window);
  }
  ASSERT_LT(limit.limit(), before);
  limit.update(hung(limit.limit(), 6, 0.010, limit.limit()));
  EXPECT_FALSE(limit.probing());
  EXPECT_EQ(limit.limit(), before);
}

TEST_F(KneeLimitAndHungPlaces, LowerTheLimitWhereTheOthersBecomeSlower) {
  hang_all();
  EXPECT_EQ(hang(1000, 0.017), Cause::kLatencyHigh);
  EXPECT_EQ(limit_.limit(), 18);
}

TEST_F(KneeLimitAndHungPlaces, DoNotLowerItForLongWhereTheOthersAreSlowWhateverItIs) {
  hang_all();
  for (int i = 0; i < 7; ++i) hang(600, 0.020);
  EXPECT_LT(limit_.limit(), 11);
  EXPECT_GT(limit_.limit(), 7);
  EXPECT_EQ(hang(600, 0.020), Cause::kServiceSlower);
  for (int i = 0; i < 20; ++i) hang(600, 0.020);
  EXPECT_EQ(limit_.limit(), 20);
}

TEST_F(KneeLimitAndHungPlaces, LowerItAsFarAsThatMakesTheOthersQuicker) {
  hang_all();
  for (int i = 0; i < 40; ++i) hang(300, 0.060 * limit_.limit() / 20);
  EXPECT_LE(limit_.limit(), 5);
}

TEST_F(KneeLimitAndHungPlaces, RaiseTheLimitWhereTheOthersAreQuickerThanUsual) {
  hang_all();
  for (int i = 0; i < 3; ++i) hang(1200, 0.009);
  EXPECT_GT(limit_.limit(), 20);
  EXPECT_LT(limit_.limit(), 30);
}

TEST_F(KneeLimitAndHungPlaces, AreNoReasonForMoreWhereTheOthersAreAsSlowAsTheyAre) {
  hang_all();
  for (int i = 0; i < 20; ++i) hang(200, 0.3);
  EXPECT_LT(places(), 60) << "fewer than before";
}

TEST_F(KneeLimitAndHungPlaces, OfNobodyWhoIsAnsweredAreNoReasonForMore) {
  hang();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(hang(0), Cause::kFewSamples);
  EXPECT_EQ(places(), 40);
  EXPECT_EQ(hang(0), Cause::kOverload) << "all of it hangs";
}

TEST_F(KneeLimitAndHungPlaces, TeachNothingUntilSomebodyIsAnswered) {
  EXPECT_EQ(limit_.update(hung(9, 0, 0, 20)), Cause::kFewSamples);
  limit_.learn(hung(9, 0, 0, 20));
  EXPECT_EQ(places(), 20);
  EXPECT_EQ(hang(), Cause::kPlacesHung);
}

TEST_F(KneeLimitAndHungPlaces, AreForgottenWhenTheyHaveGone) {
  hang_all();
  Window calm = hung(0, 600, 0.010, 70);
  calm.limit = 80;
  calm.limited = false;
  calm.in_use = 66.0 / 80;
  limit_.update(calm);
  limit_.update(calm);
  EXPECT_NEAR(limit_.hung(), 60, 1) << "they may come again";
  limit_.update(calm);
  EXPECT_EQ(limit_.hung(), 0);
  EXPECT_EQ(limit_.limit(), 20);
}

TEST_F(KneeLimitAndHungPlaces, AreMadeUpForInSmallerStepsWhileOthersFindRoom) {
  EXPECT_EQ(hang(15), Cause::kPlacesHung);
  EXPECT_EQ(places(), 27);
}

class KneeLimitAndHungPlacesWithinBounds : public KneeLimitAndHungPlaces {
 protected:
  KneeLimitAndHungPlacesWithinBounds() : KneeLimitAndHungPlaces(50) {}
};

TEST_F(KneeLimitAndHungPlacesWithinBounds, AreNeverBeyondTheMost) {
  for (int i = 0; i < 20; ++i) {
    hang();
    EXPECT_LE(places(), 50);
  }
  EXPECT_EQ(places(), 50);
}

TEST_F(KneeLimitAndHungPlacesWithinBounds, AreLetGoOfAsSoonHoweverLongTheyWereTheMost) {
  for (int i = 0; i < 5000; ++i) hang();
  ASSERT_EQ(places(), 50);
  for (int i = 0; i < 6; ++i) {
    Window roomy = hung(60, 1000, 0.010, 20);
    roomy.limit = 50;
    roomy.in_use = 20.0 / 50;
    roomy.limited = false;
    limit_.update(roomy);
    EXPECT_GE(limit_.hung(), 0);
  }
  EXPECT_LT(places(), 45);
}

}  // namespace
}  // namespace weir::limiters
