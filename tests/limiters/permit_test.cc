#include "limiters/permit.h"

#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using PermitTest = GateTest;

// ---- samples ----

TEST_F(PermitTest, LatencyRunsFromTheGrantToTheResponseHead) {
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

TEST_F(PermitTest, WhoReadsSlowlyHasShownAllThereIsToSeeWhenItIsAnswered) {
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

TEST_F(PermitTest, WhatWaitsForItsClientLetsAnotherRun) {
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

TEST_F(PermitTest, LatencyOfASlowUploadCountsFromItsEnd) {
  build(1);
  const Request upload = ask();
  pass(seconds(2));
  upload->permit().request_complete();
  pass(milliseconds(10));
  upload->finish(Outcome::kSuccess);
  EXPECT_DOUBLE_EQ(latencies().sum_seconds, 0.010);
}

TEST_F(PermitTest, AnAnswerThatStallsHalfWayIsALossAsWell) {
  build(1);
  for (const Outcome outcome : {Outcome::kFailure, Outcome::kOverload, Outcome::kTimedOut}) {
    const Request request = ask();
    request->permit().responded(Outcome::kSuccess);
    request->finish(outcome);
    EXPECT_EQ(finished(outcome), 1);
    settle();
  }
  EXPECT_EQ(finished(Outcome::kSuccess), 3);
  EXPECT_EQ(shards_[0]->read().broken_off, 1) << "a failure is work, which is done once";
}

TEST_F(PermitTest, OnlySuccessesShowLatency) {
  build(4);
  for (const Outcome outcome :
       {Outcome::kSuccess, Outcome::kFailure, Outcome::kOverload, Outcome::kIgnored}) {
    ask()->finish(outcome);
    EXPECT_EQ(finished(outcome), 1);
  }
  EXPECT_EQ(latencies().count, 1);
}

TEST_F(PermitTest, WhoLeavesShowsHowLongItWaitedAndNoLatency) {
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

TEST_F(PermitTest, ARequestThatIsNotWholeIsNotWaitedFor) {
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

TEST_F(PermitTest, WhoIsAnsweredBeforeItsRequestIsWholeIsWaitedForNoMore) {
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

TEST_F(PermitTest, WhoLeavesBeforeItsRequestIsWholeWasNeverThere) {
  build(1);
  {
    const Request upload = ask();
    upload->permit().request_incomplete();
    upload->finish(Outcome::kIgnored);
  }
  EXPECT_EQ(cohort().granted, 0);
  EXPECT_EQ(cohort().answered, 0);
}

TEST_F(PermitTest, WhatIsLeftUnsampledTeachesNothing) {
  build(1);
  const Request upgraded = ask();
  upgraded->permit().leave_unsampled();
  upgraded->finish(Outcome::kSuccess);
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
  EXPECT_EQ(latencies().count, 0);
}

// ---- who waits for an answer, and for how long each had ----

class PermitWaitsTest : public PermitTest {
 protected:
  // So many wait now; those who wait no more had waited for so long, together.
  void expect_waits(int waiting, double waited_seconds) {
    const SamplerShard::Totals totals = shards_[0]->read();
    EXPECT_EQ(totals.waiting, waiting);
    EXPECT_DOUBLE_EQ(totals.waited_seconds, waited_seconds);
  }
};

TEST_F(PermitWaitsTest, FromTheGrantToTheResponseHead) {
  build(2);
  const Request download = ask(), other = ask();
  expect_waits(2, 0);
  pass(milliseconds(20));
  download->permit().responded(Outcome::kSuccess);
  expect_waits(1, 0.020);
  pass(milliseconds(20));
  download->finish(Outcome::kSuccess);
  other->drop();
  expect_waits(0, 0.060);  // what follows the head is no wait
}

TEST_F(PermitWaitsTest, ForTheServiceAndNotForItsClient) {
  build(2);
  const Request upload = ask(), early = ask();
  pass(milliseconds(5));
  upload->permit().request_incomplete();
  early->permit().request_incomplete();
  expect_waits(0, 0.010);
  pass(seconds(2));
  early->permit().responded(Outcome::kSuccess);
  expect_waits(0, 0.010);
  upload->permit().request_complete();
  expect_waits(1, 0.010);
  pass(milliseconds(10));
  upload->finish(Outcome::kSuccess);
  expect_waits(0, 0.020);
}

TEST_F(PermitWaitsTest, BeforeItIsCompleteAsWellIfNobodyKnewThatItWasNot) {
  build(1);
  const Request upload = ask();
  pass(seconds(2));
  upload->permit().request_complete();
  pass(milliseconds(10));
  upload->finish(Outcome::kSuccess);
  expect_waits(0, 2.010);
}

TEST_F(PermitTest, AMovedPermitIsGivenBackOnce) {
  build(2);
  const Request first = ask(), second = ask();
  first->permit() = std::move(second->permit());
  EXPECT_EQ(pool_->in_flight(), 1);
  first->finish(Outcome::kSuccess);
  second->drop();
  EXPECT_EQ(pool_->in_flight(), 0);
  EXPECT_EQ(shards_[0]->read().waiting, 0);
}

// ---- who was refused by the service ----

// A refusal takes no time: without this its place would be taken at once by the next to be refused.
TEST_F(PermitTest, ARefusedRequestHoldsItsPlaceForAsLongAsOneTakes) {
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

TEST_F(PermitTest, WhereWhatIsRefusedHasNothingToDoWithTheLimitNobodyHoldsAPlaceForIt) {
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

TEST_F(PermitTest, WhomTheServiceTurnsAwayForHisQuotaHoldsNothing) {
  build(1);
  pool_->publish_refused_hold(milliseconds(10));
  const Request first = ask(), second = ask();
  first->permit().responded(Outcome::kOverQuota);
  first->finish(Outcome::kOverQuota);
  settle();
  EXPECT_TRUE(second->runs());
}

TEST_F(PermitTest, WhoOnlyHoldsAPlaceIsNotAtTheService) {
  build(3);
  pool_->publish_refused_hold(milliseconds(10));
  const Request refused = ask(), other = ask();
  refused->permit().responded(Outcome::kOverload);
  refused->finish(Outcome::kOverload);
  EXPECT_EQ(pool_->in_flight(), 2);
  EXPECT_EQ(pool_->held(), 1);
  EXPECT_EQ(shards_[0]->read().waiting, 1) << "nor waits";
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
TEST_F(PermitTest, PlacesThatAreHeldGoOnOneAfterTheOther) {
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

TEST_F(PermitTest, WhatWasRefusedLateOrNeverReachedTheServiceGivesItsPlaceFreeAtOnce) {
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

TEST_F(PermitTest, AGateThatGoesGivesBackTheHeldPlaces) {
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

}  // namespace
}  // namespace weir::limiters
