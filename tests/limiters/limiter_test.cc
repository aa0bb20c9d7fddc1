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

TEST_F(LimiterTest, WhoIsTurnedAwayIsCountedAtOnceOrWhenItHasWaited) {
  build(1);
  pool_->publish_queue(kLongestWait, 1);
  const Request first = ask(), second = ask(), third = ask();
  EXPECT_EQ(turned_away(), 1);
  pass(kLongestWait);
  EXPECT_EQ(turned_away(), 2);
  Request patient = ask();
  patient.reset();
  EXPECT_EQ(turned_away(), 2) << "who leaves by itself is not";
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
