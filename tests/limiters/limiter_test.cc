#include "limiters/limiter.h"

#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using LimiterTest = GateTest;

TEST_F(LimiterTest, WhoFindsAPlaceRunsAtOnce) {
  build(2);
  const Request first = ask(), second = ask(), third = ask();
  EXPECT_TRUE(first->runs());
  EXPECT_TRUE(second->runs());
  EXPECT_TRUE(third->waits());
  EXPECT_EQ(gate().stats().in_flight, 2);
  EXPECT_EQ(gate().stats().waiting, 1);
}

TEST_F(LimiterTest, FreedPlaceGoesToTheOldestWaiter) {
  build(1);
  const Request first = ask(), second = ask(), third = ask();
  first->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(second->runs());
  EXPECT_TRUE(third->waits());
}

TEST_F(LimiterTest, NobodyIsCalledFromInsideFinish) {
  build(1);
  const Request first = ask(), second = ask();
  first->finish(Outcome::kSuccess);
  EXPECT_TRUE(second->waits());
}

TEST_F(LimiterTest, ANewcomerNeverOvertakesTheQueue) {
  build(1);
  const Request first = ask(), second = ask();
  first->finish(Outcome::kSuccess);
  const Request newcomer = ask();
  settle();
  EXPECT_TRUE(second->runs());
  EXPECT_TRUE(newcomer->waits());
}

TEST_F(LimiterTest, APermitThatIsDroppedGivesItsPlaceBackAndTeachesNothing) {
  build(1);
  const Request first = ask(), second = ask();
  first->drop();
  settle();
  EXPECT_TRUE(second->runs());
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
  EXPECT_EQ(latencies().count, 0);
}

// ---- how long a request may wait ----

TEST_F(LimiterTest, WaitingTooLongIsRejected) {
  build(1);
  const Request first = ask(), second = ask();
  pass(kLongestWait - milliseconds(1));
  EXPECT_TRUE(second->waits());
  pass(milliseconds(1));
  EXPECT_EQ(second->rejection(), Rejection::kWaitedTooLong);
  EXPECT_EQ(pool_->waiting(), 0);
}

TEST_F(LimiterTest, WithoutAQueueTheLimitItselfRejects) {
  queue_params_.max_waiting = 0;
  build(1);
  const Request first = ask(), second = ask();
  EXPECT_EQ(second->rejection(), Rejection::kLimit);
}

TEST_F(LimiterTest, AFullQueueRejects) {
  queue_params_.max_waiting = 1;
  build(1);
  const Request first = ask(), second = ask(), third = ask();
  EXPECT_TRUE(second->waits());
  EXPECT_EQ(third->rejection(), Rejection::kQueueFull);
}

TEST_F(LimiterTest, WhoWouldWaitBehindMoreThanMayIsToldAtOnce) {
  build(1);
  pool_->publish_queue(kLongestWait, 1);
  const Request first = ask(), second = ask(), third = ask();
  EXPECT_TRUE(second->waits());
  EXPECT_EQ(third->rejection(), Rejection::kShed);
}

TEST_F(LimiterTest, AShorterBoundHoldsForThoseWhoWaitAlready) {
  build(1);
  const Request first = ask(), second = ask();
  pass(milliseconds(20));
  pool_->publish_queue(milliseconds(15), 10);
  const Request third = ask();
  pass(kLongestWait);
  EXPECT_EQ(second->rejection(), Rejection::kWaitedTooLong);
  EXPECT_EQ(third->rejection(), Rejection::kWaitedTooLong);
}

// ---- where more is asked for than can be done ----

// One place, taken, of a service that finishes 100 a second; two may wait.
class StandingQueueTest : public GateTest {
 protected:
  StandingQueueTest() {
    build(1);
    pool_->publish_per_second(100);
    pool_->publish_queue(kLongestWait, 2);
    running_ = ask();
  }
  Request ask_later() {
    pass(milliseconds(3));
    return ask();
  }
  Request running_;
};

TEST_F(StandingQueueTest, TheNewestIsServedFirst) {
  const Request older = ask_later(), newer = ask_later();
  running_->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(newer->runs());
  EXPECT_TRUE(older->waits());
  newer->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(older->runs());
}

TEST_F(StandingQueueTest, ANewcomerTakesThePlaceOfTheOldest) {
  const Request oldest = ask_later(), second = ask_later(), third = ask_later();
  EXPECT_TRUE(oldest->waits()) << "nobody is called from inside admit()";
  settle();
  EXPECT_EQ(oldest->rejection(), Rejection::kShed);
  EXPECT_TRUE(second->waits());
  EXPECT_TRUE(third->waits());
  EXPECT_EQ(pool_->waiting(), 2);
}

TEST_F(StandingQueueTest, WhoIsHardlyNewerIsTurnedAwayAtOnce) {
  const Request oldest = ask_later(), second = ask_later();
  pass(milliseconds(2));
  EXPECT_EQ(ask()->rejection(), Rejection::kShed);
  pass(milliseconds(1));
  EXPECT_TRUE(ask()->waits());
}

TEST_F(StandingQueueTest, AQueueThatIsShortByConfigurationIsNoDifferent) {
  pool_->publish_max_waiting(1);
  const Request oldest = ask_later(), newest = ask_later();
  settle();
  EXPECT_EQ(oldest->rejection(), Rejection::kShed);
  EXPECT_TRUE(newest->waits());
  EXPECT_EQ(ask()->rejection(), Rejection::kQueueFull);
}

TEST_F(StandingQueueTest, WithoutAQueueNobodyTakesAPlaceInIt) {
  const Request waits = ask_later();
  pool_->publish_max_waiting(0);
  EXPECT_EQ(ask_later()->rejection(), Rejection::kLimit);
  EXPECT_TRUE(waits->waits());
}

TEST_F(StandingQueueTest, AllStayWhenSomebodyHasLeftMeanwhile) {
  const Request oldest = ask_later();
  Request leaves = ask_later();
  const Request third = ask_later();
  leaves.reset();
  settle();
  EXPECT_TRUE(oldest->waits());
  EXPECT_TRUE(third->waits());
}

TEST_F(StandingQueueTest, WhoIsPastItsDeadlineIsNotServedThoughItIsTheNewest) {
  const Request older = ask_later();
  const Request hurried = ask(0, {.deadline = timeline_.now() + milliseconds(5)});
  pass(milliseconds(6));
  running_->finish(Outcome::kSuccess);
  settle();
  EXPECT_EQ(hurried->rejection(), Rejection::kWaitedTooLong);
  EXPECT_TRUE(older->runs());
}

TEST_F(LimiterTest, NobodyTakesThePlaceOfOneWhoWaitsAtAnotherGate) {
  build(1, 2);
  pool_->publish_per_second(100);
  pool_->publish_queue(kLongestWait, 1);
  const Request running = ask(), waits = ask();
  pass(milliseconds(3));
  EXPECT_EQ(ask(1)->rejection(), Rejection::kShed);
  settle();
  EXPECT_TRUE(waits->waits());
}

TEST_F(StandingQueueTest, WhenThereIsCalmAgainTheOldestIsServedFirst) {
  const Request older = ask_later(), newer = ask_later();
  pool_->publish_queue(kLongestWait, std::numeric_limits<int>::max());
  running_->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(older->runs());
  EXPECT_TRUE(newer->waits());
}

// ---- samples ----

TEST_F(LimiterTest, LatencyRunsFromTheGrantToTheResponseHead) {
  build(1);
  const Request first = ask(), second = ask();
  pass(milliseconds(20));
  first->finish(Outcome::kIgnored);
  settle();
  pass(milliseconds(30));
  second->permit().responded(Outcome::kSuccess);
  pass(seconds(1));
  second->finish(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 1);
  EXPECT_DOUBLE_EQ(latencies().sum_seconds, 0.030);
}

TEST_F(LimiterTest, WhoReadsSlowlyHasShownAllThereIsToSeeWhenItIsAnswered) {
  build(1);
  const Request slow = ask();
  slow->permit().responded(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 1);
  EXPECT_EQ(finished(Outcome::kSuccess), 1);
  EXPECT_EQ(pool_->in_flight(), 1) << "the service is not done with it";
  slow->finish(Outcome::kSuccess);
  EXPECT_EQ(finished(Outcome::kSuccess), 1) << "once";
  EXPECT_EQ(pool_->in_flight(), 0);
}

TEST_F(LimiterTest, WhatWaitsForItsClientLetsAnotherRun) {
  build(1);
  const Request reader = ask(), next = ask();
  reader->permit().responded(Outcome::kSuccess);
  reader->permit().step_aside();
  reader->permit().step_aside();
  settle();
  EXPECT_TRUE(next->runs());
  EXPECT_EQ(pool_->in_flight(), 1);
  reader->finish(Outcome::kSuccess);
  EXPECT_EQ(pool_->in_flight(), 1) << "its place went already";
}

TEST_F(LimiterTest, LatencyOfASlowUploadCountsFromItsEnd) {
  build(1);
  const Request upload = ask();
  pass(seconds(2));
  upload->permit().request_complete();
  pass(milliseconds(10));
  upload->finish(Outcome::kSuccess);
  EXPECT_DOUBLE_EQ(latencies().sum_seconds, 0.010);
}

TEST_F(LimiterTest, AnAnswerThatStallsHalfWayIsAnOverloadAsWell) {
  build(1);
  const Request stalled = ask();
  stalled->permit().responded(Outcome::kSuccess);
  stalled->finish(Outcome::kOverload);
  EXPECT_EQ(finished(Outcome::kOverload), 1);
}

TEST_F(LimiterTest, OnlySuccessesShowLatency) {
  build(4);
  for (const Outcome outcome :
       {Outcome::kSuccess, Outcome::kFailure, Outcome::kOverload, Outcome::kIgnored}) {
    ask()->finish(outcome);
    EXPECT_EQ(finished(outcome), 1);
  }
  EXPECT_EQ(latencies().count, 1);
}

TEST_F(LimiterTest, WhoLeavesShowsHowLongItWaitedAndNoLatency) {
  build(2);
  const Request hasty = ask(), patient = ask();
  pass(milliseconds(6));
  hasty->finish(Outcome::kAbandoned);
  pass(milliseconds(6));
  patient->finish(Outcome::kAbandoned);
  EXPECT_EQ(finished(Outcome::kAbandoned), 2);
  EXPECT_EQ(latencies().count, 0);
  EXPECT_EQ(cohort().left, 2);
  EXPECT_DOUBLE_EQ(cohort().left_seconds, 0.018);
}

TEST_F(LimiterTest, ARequestThatIsNotWholeIsNotWaitedFor) {
  build(1);
  const Request upload = ask();
  upload->permit().request_incomplete();
  upload->permit().request_incomplete();
  EXPECT_EQ(cohort().granted, 0);
  pool_->publish_cohort(pool_->cohort() + 1);
  upload->permit().request_complete();
  upload->permit().request_complete();
  EXPECT_EQ(cohort().granted, 1) << "of those who are asked now";
  upload->finish(Outcome::kSuccess);
  EXPECT_EQ(cohort().answered, 1);
}

TEST_F(LimiterTest, WhoIsAnsweredBeforeItsRequestIsWholeIsWaitedForNoMore) {
  build(1);
  const Request talk = ask();
  talk->permit().request_incomplete();
  pass(milliseconds(10));
  talk->permit().responded(Outcome::kSuccess);
  talk->permit().request_incomplete();
  EXPECT_EQ(cohort().granted, 1);
  EXPECT_EQ(cohort().answered, 1);
  EXPECT_DOUBLE_EQ(latencies().sum_seconds, 0.010);
}

TEST_F(LimiterTest, WhoLeavesBeforeItsRequestIsWholeWasNeverThere) {
  build(1);
  {
    const Request upload = ask();
    upload->permit().request_incomplete();
    upload->finish(Outcome::kIgnored);
  }
  EXPECT_EQ(cohort().granted, 0);
  EXPECT_EQ(cohort().answered, 0);
}

TEST_F(LimiterTest, WhatIsLeftUnsampledTeachesNothing) {
  build(1);
  const Request upgraded = ask();
  upgraded->permit().leave_unsampled();
  upgraded->finish(Outcome::kSuccess);
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
  EXPECT_EQ(latencies().count, 0);
}

TEST_F(LimiterTest, AMovedPermitIsGivenBackOnce) {
  build(2);
  const Request first = ask(), second = ask();
  first->permit() = std::move(second->permit());
  EXPECT_EQ(pool_->in_flight(), 1);
  first->finish(Outcome::kSuccess);
  second->drop();
  EXPECT_EQ(pool_->in_flight(), 0);
}

// ---- dry run ----

TEST_F(LimiterTest, InADryRunEverybodyRunsAndThePermitSaysWhatWouldHaveBeen) {
  limiter_params_.dry_run = true;
  queue_params_.max_waiting = 1;
  build(1);
  const Request first = ask(), second = ask(), third = ask();
  ASSERT_TRUE(first->runs() && second->runs() && third->runs());
  EXPECT_FALSE(first->permit().spared());
  EXPECT_FALSE(second->permit().spared()) << "would have waited";
  EXPECT_EQ(third->permit().spared(), Rejection::kQueueFull);
}

// ---- who was refused by the service ----

// A refusal takes no time: without this its place would be taken at once by the next to be refused.
TEST_F(LimiterTest, ARefusedRequestHoldsItsPlaceForAsLongAsOneTakes) {
  build(1);
  pool_->publish_refused_hold(milliseconds(10));
  const Request refused = ask(), next = ask();
  pass(milliseconds(1));
  refused->permit().responded(Outcome::kOverload);
  refused->finish(Outcome::kOverload);
  pass(milliseconds(8));
  EXPECT_TRUE(next->waits());
  EXPECT_EQ(pool_->in_flight(), 1);
  pass(milliseconds(1));
  EXPECT_TRUE(next->runs());
}

TEST_F(LimiterTest, WhereWhatIsRefusedHasNothingToDoWithTheLimitNobodyHoldsAPlaceForIt) {
  build(1);
  pool_->publish_baseline(milliseconds(10));
  pool_->publish_refused_hold(milliseconds(0));
  const Request refused = ask(), next = ask();
  refused->permit().responded(Outcome::kOverload);
  refused->finish(Outcome::kOverload);
  settle();
  EXPECT_TRUE(next->runs());
  EXPECT_EQ(pool_->held(), 0);
}

TEST_F(LimiterTest, WhomTheServiceTurnsAwayForHisQuotaHoldsNothing) {
  build(1);
  pool_->publish_refused_hold(milliseconds(10));
  const Request first = ask(), second = ask();
  first->permit().responded(Outcome::kOverQuota);
  first->finish(Outcome::kOverQuota);
  settle();
  EXPECT_TRUE(second->runs());
}

TEST_F(LimiterTest, WhoOnlyHoldsAPlaceIsNotAtTheService) {
  build(3);
  pool_->publish_refused_hold(milliseconds(10));
  const Request refused = ask(), other = ask();
  refused->permit().responded(Outcome::kOverload);
  refused->finish(Outcome::kOverload);
  EXPECT_EQ(pool_->in_flight(), 2);
  EXPECT_EQ(pool_->held(), 1);
  EXPECT_EQ(gate().stats().in_flight, 1);
  const Request third = ask();
  third->finish(Outcome::kSuccess);
  EXPECT_EQ(cohort(0).levels[level_of(2)].count, 1) << "the other and itself";
  EXPECT_EQ(pool_->in_flight(), 2);
  pass(milliseconds(10));
  EXPECT_EQ(pool_->held(), 0);
  EXPECT_EQ(pool_->in_flight(), 1);
}

// One each millisecond, so that ten places are held at any time.
TEST_F(LimiterTest, PlacesThatAreHeldGoOnOneAfterTheOther) {
  build(20);
  pool_->publish_refused_hold(milliseconds(10));
  for (int i = 0; i < 300; ++i) {
    const Request refused = ask();
    refused->permit().responded(Outcome::kOverload);
    refused->finish(Outcome::kOverload);
    EXPECT_EQ(pool_->held(), std::min(i + 1, 10));
    EXPECT_EQ(pool_->in_flight(), pool_->held());
    pass(milliseconds(1));
  }
  pass(milliseconds(10));
  EXPECT_EQ(pool_->held(), 0);
  EXPECT_EQ(pool_->in_flight(), 0);
}

TEST_F(LimiterTest, WhatWasRefusedLateOrNeverReachedTheServiceGivesItsPlaceFreeAtOnce) {
  build(2);
  pool_->publish_refused_hold(milliseconds(10));
  const Request late = ask(), lost = ask(), third = ask(), fourth = ask();
  lost->finish(Outcome::kOverload);
  settle();
  EXPECT_TRUE(third->runs());
  pass(milliseconds(11));
  late->permit().responded(Outcome::kOverload);
  late->finish(Outcome::kOverload);
  settle();
  EXPECT_TRUE(fourth->runs());
}

TEST_F(LimiterTest, AGateThatGoesGivesBackTheHeldPlaces) {
  build(1);
  pool_->publish_refused_hold(milliseconds(10));
  Request refused = ask();
  refused->permit().responded(Outcome::kOverload);
  refused->finish(Outcome::kOverload);
  refused.reset();
  gates_.clear();
  EXPECT_EQ(pool_->in_flight(), 0);
  EXPECT_EQ(pool_->held(), 0);
}

// ---- several gates ----

TEST_F(LimiterTest, PlaceFreedOnOneLoopWakesTheWaiterOfAnother) {
  build(1, 2);
  const Request here = ask(0), there = ask(1);
  here->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(there->runs());
}

TEST_F(LimiterTest, AGateThatAlwaysHasWaitersDoesNotStarveTheOthers) {
  build(1, 2);
  Request running = ask(0);
  const Request starving = ask(1);
  for (int i = 0; i < 4 && !starving->runs(); ++i) {
    Request next = ask(0);
    running->finish(Outcome::kSuccess);
    settle();
    if (next->runs()) running = std::move(next);
  }
  EXPECT_TRUE(starving->runs());
}

TEST_F(LimiterTest, TheQueueIsBoundedForAllGatesTogether) {
  queue_params_.max_waiting = 2;
  build(1, 2);
  const Request first = ask(0), second = ask(0), third = ask(1), fourth = ask(1);
  EXPECT_TRUE(second->waits() && third->waits());
  EXPECT_EQ(fourth->rejection(), Rejection::kQueueFull);
}

}  // namespace
}  // namespace weir::limiters
