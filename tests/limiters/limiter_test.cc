#include "limiters/limiter.h"

#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LimiterTest : public GateTest {
 protected:
  // What the regulator tells of a service of 10 ms with two places.
  void service_is_known() { pool_->publish_service(kBaseline, kPerSecond); }
  WaitBounds bounds() const { return wait_bounds(queue_params_, pool_->baseline()); }
  // Somebody waits as long as is allowed while it is calm.
  void wait_too_long() {
    const Request unlucky = ask();
    pass(bounds().calm);
    ASSERT_EQ(unlucky->rejection(), Rejection::kWaitedTooLong);
  }

  static constexpr Duration kBaseline = milliseconds(10);
  static constexpr double kPerSecond = 200;
};

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
  pass(bounds().calm - milliseconds(1));
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

TEST(WaitBounds, AreShorterWhileTheQueueStandsAndFollowTheBaseline) {
  Duration calm{}, standing{};
  for (const Duration baseline : {milliseconds(1), milliseconds(10), milliseconds(100)}) {
    SCOPED_TRACE(baseline.count());
    const WaitBounds bounds = wait_bounds({}, baseline);
    EXPECT_GE(bounds.calm, milliseconds(100));
    EXPECT_LT(bounds.standing, bounds.calm);
    EXPECT_GT(bounds.standing, standing);
    EXPECT_GE(bounds.calm, calm);
    EXPECT_GE(bounds.hold, baseline * 10);
    calm = bounds.calm;
    standing = bounds.standing;
  }
}

TEST(WaitBounds, NeverExceedWhatIsConfigured) {
  for (const Duration baseline : {milliseconds(0), milliseconds(1), milliseconds(900)}) {
    const WaitBounds bounds =
        wait_bounds({.max_wait = milliseconds(3), .max_waiting = {}}, baseline);
    EXPECT_EQ(bounds.calm, milliseconds(3));
    EXPECT_LE(bounds.standing, milliseconds(3));
  }
}

TEST(WaitBounds, AreOfSomeSecondsAtMostForASlowService) {
  EXPECT_EQ(wait_bounds({}, seconds(8)).calm, seconds(5));
  EXPECT_EQ(wait_bounds({}, seconds(8)).standing, seconds(5));
}

TEST(WaitBounds, AreCalmWhileTheServiceIsNotKnown) {
  EXPECT_EQ(wait_bounds({}, seconds(0)).standing, wait_bounds({}, seconds(0)).calm);
}

// ---- samples ----

TEST_F(LimiterTest, LatencyRunsFromTheGrantToTheResponseHead) {
  build(1);
  const Request first = ask(), second = ask();
  pass(milliseconds(20));
  first->finish(Outcome::kIgnored);
  settle();
  pass(milliseconds(30));
  second->permit().responded();
  pass(seconds(1));
  second->finish(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 1);
  EXPECT_DOUBLE_EQ(latencies().sum_seconds, 0.030);
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

// Another loop frees a place after this one has found none and before it is seen to wait.
class CrossingQueue final : public WaitQueue {
 public:
  explicit CrossingQueue(PermitPool& pool) : pool_(pool) {}
  void push(Waiter&, const Arrival&, TimePoint) override { ++pushed; }
  Waiter* next() const override { return nullptr; }
  Waiter* expired(TimePoint, Duration) const override { return nullptr; }
  void remove(Waiter&) override {}
  std::optional<TimePoint> next_expiry(Duration) const override { return std::nullopt; }
  size_t size() const override {
    if (pool_.in_flight() == pool_.limit() && pool_.waiting() == 1) pool_.give_back();
    return 0;
  }
  int pushed = 0;

 private:
  PermitPool& pool_;
};

TEST_F(LimiterTest, TheQueueIsBoundedForAllGatesTogether) {
  queue_params_.max_waiting = 2;
  build(1, 2);
  const Request first = ask(0), second = ask(0), third = ask(1), fourth = ask(1);
  EXPECT_TRUE(second->waits() && third->waits());
  EXPECT_EQ(fourth->rejection(), Rejection::kQueueFull);
}

}  // namespace
}  // namespace weir::limiters
