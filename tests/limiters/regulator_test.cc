#include "limiters/regulator.h"

#include <gtest/gtest.h>

#include "tests/limiters/regulator_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(RegulatorTest, BeginsWithTheInitialLimitAndSaysSo) {
  build();
  EXPECT_EQ(pool_->limit(), 20);
  ASSERT_EQ(regulator_->decisions().size(), 1U);
  EXPECT_EQ(word_of(regulator_->decisions().front().cause), "start");
}

TEST_F(RegulatorTest, JudgesWhatAllLoopsMeasuredTogether) {
  build();
  fill();
  finish(one_, 30);
  finish(other_, 30);
  pass(milliseconds(100));
  EXPECT_EQ(pool_->limit(), 21);
  EXPECT_EQ(regulator_->last().samples, 60);
  EXPECT_DOUBLE_EQ(regulator_->last().latency_seconds, 0.010);
}

TEST_F(RegulatorTest, AFewSamplesAreNotEnough) {
  build();
  fill();
  finish(one_, 3);
  pass(milliseconds(500));
  EXPECT_EQ(pool_->limit(), 20);
}

TEST_F(RegulatorTest, SomeSamplesWillDoWhenTheyTookLongToCome) {
  build();
  fill();
  finish(one_, 12);
  pass(seconds(2));
  EXPECT_EQ(pool_->limit(), 21);
}

TEST_F(RegulatorTest, WhoHasNoAnswerYetCountsWithTheTimeThatItHasTaken) {
  build();
  fill();
  finish(one_, 96);
  for (int i = 0; i < 4; ++i) one_.granted(pool_->cohort());
  pass(milliseconds(200));
  EXPECT_EQ(regulator_->last().samples, 96);
  EXPECT_DOUBLE_EQ(regulator_->last().latency_seconds, 0.010);
  EXPECT_GT(regulator_->last().judged_latency_seconds, 0.010 + 4 / 96.0 * 0.030);
  EXPECT_LT(regulator_->last().judged_latency_seconds, 0.010 + 4 / 96.0 * 0.100);
}

// Whoever it was that did not wait for them any more.
class RegulatorGivenUpTest : public RegulatorTest, public ::testing::WithParamInterface<Outcome> {};

TEST_P(RegulatorGivenUpTest, CountWithTheTimeThatTheyWereWaitedFor) {
  build();
  fill();
  finish(one_, 60);
  finish(other_, 40, GetParam());
  pass(milliseconds(100));
  EXPECT_EQ(regulator_->last().samples, 60);
  EXPECT_DOUBLE_EQ(regulator_->last().latency_seconds, 0.010);
  EXPECT_NEAR(regulator_->last().judged_latency_seconds, 100 * 0.010 / 60, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Outcomes, RegulatorGivenUpTest,
                         ::testing::Values(Outcome::kAbandoned, Outcome::kTimedOut));

TEST_F(RegulatorTest, WhereSomeTimedOutAndMostHaveNoAnswerTheServiceStoodStillAndWasNotSlow) {
  build();
  fill();
  const Cohort first = pool_->cohort();
  finish(one_, 40);
  finish(other_, 20, Outcome::kTimedOut, seconds(30));
  for (int i = 0; i < 24; ++i) one_.granted(first);
  pass(seconds(1));
  ASSERT_NE(regulator_->last().cause, Cause::kStart);
  EXPECT_EQ(regulator_->last().samples, 40);
  EXPECT_NEAR(regulator_->last().judged_latency_seconds, 0.010, 1e-9);
}

TEST_F(RegulatorTest, AfterARaiseTheBurstIsAwaitedForAsLongAsAnAnswerTakesNotForThoseWhoLeave) {
  params_.initial_limit = 5;
  build();
  fill();
  const Cohort first = pool_->cohort();
  finish(one_, 48);
  for (int i = 0; i < 8; ++i) one_.granted(first);
  pass(milliseconds(30));
  ASSERT_NE(pool_->cohort(), first);
  // In the time of the next window.
  for (int i = 0; i < 8; ++i)
    one_.answered({timeline_.now(), seconds(5), 5, Outcome::kAbandoned}, first);
  pass(milliseconds(50));
  ASSERT_EQ(pool_->limit(), 6);
  for (int i = 0; i < 5; ++i) {
    fill();
    finish(one_, 60);
    pass(milliseconds(50));
  }
  EXPECT_GE(pool_->limit(), 7);
}

TEST_F(RegulatorTest, OverloadsAloneLowerTheLimit) {
  build();
  finish(one_, 60, Outcome::kOverload);
  pass(milliseconds(100));
  EXPECT_EQ(pool_->limit(), 18);
}

TEST_F(RegulatorTest, ASilentServiceDoesNotFreezeIt) {
  build();
  finish(one_, 1, Outcome::kOverload);
  pass(seconds(30));
  EXPECT_EQ(pool_->limit(), 18);
}

TEST_F(RegulatorTest, AGrownLimitWakesEveryGateAndALowerOneNobody) {
  build();
  finish(one_, 60, Outcome::kOverload);
  pass(milliseconds(100));
  EXPECT_TRUE(woken_.empty());
  fill();
  finish(one_, 60);
  pass(milliseconds(500));
  EXPECT_EQ(woken_, (std::vector<int>{0, 1}));
}

TEST_F(RegulatorTest, RemembersEachChangeAndWhy) {
  build();
  std::vector<int> told;
  regulator_->on_decision = [&told](const Decision& decision) { told.push_back(decision.to); };
  fill();
  finish(one_, 60);
  pass(milliseconds(100));
  finish(one_, 60, Outcome::kOverload);
  pass(milliseconds(500));
  ASSERT_EQ(regulator_->decisions().size(), 3U);
  const Decision& up = regulator_->decisions()[1];
  const Decision& down = regulator_->decisions()[2];
  EXPECT_EQ(up.from, 20);
  EXPECT_EQ(up.to, 21);
  EXPECT_EQ(up.cause, Cause::kLatencyLow);
  EXPECT_EQ(down.from, 21);
  EXPECT_EQ(down.to, 18);
  EXPECT_EQ(word_of(down.cause), "overload");
  EXPECT_GT(down.when, up.when);
  EXPECT_EQ(told, (std::vector<int>{21, 18}));
  EXPECT_EQ(regulator_->changes().at({Cause::kOverload, false}), 1U);
}

TEST_F(RegulatorTest, RemembersOnlySoMany) {
  params_.max_limit = 1000000;
  build();
  for (size_t i = 0; i < Regulator::kRemembered + 50; ++i) {
    fill();
    finish(one_, 60);
    pass(seconds(1));
  }
  EXPECT_EQ(regulator_->decisions().size(), Regulator::kRemembered);
  EXPECT_EQ(regulator_->decisions().back().to, pool_->limit());
}

TEST_F(RegulatorTest, TellsTheGatesHowFastTheServiceIs) {
  build();
  fill();
  finish(one_, 100);
  pass(milliseconds(100));
  EXPECT_EQ(regulator_->baseline(), milliseconds(10));
  EXPECT_GT(pool_->per_second(), 0);
}

TEST_F(RegulatorTest, PlacesThatAreEmptyNowAndThenCouldHaveDoneAsMuchAsTheOthers) {
  params_.algorithm = Algorithm::kFixed;
  params_.fixed.limit = 20;
  const auto per_second = [this](int in_use) {
    build();
    for (int i = 0; i < in_use; ++i) EXPECT_TRUE(pool_->take());
    for (int look = 0; look < 400; ++look) {
      pool_->note_limited();
      finish(one_, 6);
      pass(milliseconds(10));
    }
    return pool_->per_second();
  };
  const double full = per_second(20);
  EXPECT_NEAR(per_second(10), 2 * full, full / 10);
  EXPECT_NEAR(per_second(1), full / 0.3, full / 10) << "too few to judge the others by";
}

TEST_F(RegulatorTest, WhatFailsIsWorkTooWhatIsRefusedIsNot) {
  build();
  fill();
  finish(one_, 30);
  finish(one_, 30, Outcome::kFailure);
  finish(one_, 2, Outcome::kOverload);
  pass(milliseconds(100));
  const double with_failures = pool_->per_second();
  pool_.reset();
  build();
  fill();
  finish(one_, 60);
  finish(one_, 2, Outcome::kOverload);
  pass(milliseconds(100));
  EXPECT_NEAR(with_failures, pool_->per_second(), 1);
}

TEST_F(RegulatorTest, APauseSaysNothingAboutWhatCanBeDoneAfterItAnOutageDoes) {
  params_.algorithm = Algorithm::kFixed;
  build();
  fill();
  const auto serve = [this](int looks) {
    for (int i = 0; i < looks; ++i) {
      finish(one_, 20);
      pool_->note_limited();
      pass(milliseconds(10));
    }
  };
  serve(200);
  const double before = pool_->per_second();
  EXPECT_NEAR(before, 2000, 200);
  pass(seconds(2));
  serve(4);
  EXPECT_NEAR(pool_->per_second(), before, before / 50);
  pass(seconds(8));
  serve(4);
  EXPECT_LT(pool_->per_second(), before * 0.9);
}

TEST_F(RegulatorTest, AfterAPauseQuickAnswersAreJudgedAtOnce) {
  build();
  fill();
  finish(one_, 60, Outcome::kSuccess, seconds(30));
  pass(milliseconds(100));
  ASSERT_EQ(regulator_->samples(), 60);
  for (int look = 0; look < 20; ++look) {
    finish(one_, 60);
    pass(milliseconds(10));
  }
  EXPECT_GT(regulator_->samples(), 600);
}

TEST_F(RegulatorTest, OneWhoIsSentAwayForHisQuotaIsWorkThatWasDone) {
  build();
  fill();
  finish(one_, 60);
  pass(milliseconds(100));
  const double served = pool_->per_second();
  pool_.reset();
  build();
  fill();
  finish(one_, 30);
  finish(one_, 30, Outcome::kOverQuota);
  pass(milliseconds(100));
  EXPECT_NEAR(pool_->per_second(), served, 1);
}

TEST_F(RegulatorTest, APriorityIsHeldShortOnlyByWhatItAndTheMoreImportantAskFor) {
  params_.algorithm = Algorithm::kFixed;
  queue_.priorities = 3;
  build();
  fill();
  for (int look = 0; look < 1000; ++look) {
    pool_->note_limited();
    finish(one_, 5);  // as many as are done
    for (int i = 0; i < 10; ++i) one_.arrived(1);
    pass(milliseconds(10));
  }
  constexpr int kAny = std::numeric_limits<int>::max();
  EXPECT_EQ(pool_->most_waiting(0), kAny);
  EXPECT_LT(pool_->most_waiting(1), 100);
  EXPECT_LT(pool_->most_waiting(2), 100) << "nobody asks, but would wait behind the others";
  EXPECT_LT(pool_->longest_wait(1), pool_->longest_wait(0));
  EXPECT_TRUE(pool_->standing());
}

TEST_F(RegulatorTest, ManyMayWaitBehindAFastServiceUnlessConfigured) {
  build();
  fill();
  finish(one_, 10000);
  pass(milliseconds(100));
  EXPECT_GE(pool_->max_waiting(), static_cast<int>(pool_->per_second() * 0.1));
}

TEST_F(RegulatorTest, AConfiguredQueueLengthStays) {
  queue_.max_waiting = 5;
  build();
  finish(one_, 10000);
  pass(seconds(1));
  EXPECT_EQ(pool_->max_waiting(), 5);
}

}  // namespace
}  // namespace weir::limiters
