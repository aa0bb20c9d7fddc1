#include "tests/limiters/gate_fixture.h"

// What happens to those who wait while places and limits change around them.
namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

using HandOver = GateTest;

TEST_F(HandOver, AWaiterThatLeavesGivesItsTurnToTheNext) {
  build(1);
  const Request first = ask();
  Request second = ask();
  const Request third = ask();
  second.reset();
  EXPECT_EQ(pool_->waiting(), 1);
  first->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(third->runs());
}

TEST_F(HandOver, WhoReturnsIsNeverRejectedHoweverLongItTakes) {
  queue_params_.max_waiting = 0;
  build(1);
  const Request uploads = ask();
  uploads->permit().step_aside();
  const Request busy = ask();
  uploads->come_back(gate(), {});
  pass(kLongestWait * 100);
  EXPECT_TRUE(uploads->waits());
  EXPECT_FALSE(uploads->rejection());
  busy->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(uploads->runs());
  EXPECT_EQ(pool_->in_flight(), 1);
  EXPECT_EQ(pool_->waiting(), 0);
  uploads->finish(Outcome::kSuccess);
  EXPECT_EQ(pool_->in_flight(), 0);
  EXPECT_EQ(finished(Outcome::kSuccess), 2);
}

TEST_F(HandOver, WhoReturnsFindsAFreePlaceAtOnceAndWhoCameWithItIsCountedOnce) {
  build(2);
  const Request uploads = ask();
  uploads->permit().request_incomplete();
  uploads->permit().leave_unsampled();
  uploads->permit().step_aside();
  EXPECT_EQ(pool_->in_flight(), 0);
  uploads->come_back(gate(), {});
  EXPECT_TRUE(uploads->runs());
  EXPECT_EQ(pool_->in_flight(), 1);
  EXPECT_EQ(cohort().granted, 1);
  EXPECT_EQ(shards_[0]->read().arrived[0], 1);
}

TEST_F(HandOver, APlaceThatAnotherGateFreesWakesWhoReturns) {
  build(1, 2);
  const Request uploads = ask(0);
  uploads->permit().step_aside();
  const Request busy = ask(1);
  uploads->come_back(gate(0), {});
  busy->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(uploads->runs());
}

TEST_F(HandOver, WhoLeavesWhileItReturnsIsForgotten) {
  build(1);
  Request uploads = ask();
  uploads->permit().step_aside();
  const Request busy = ask(), next = ask();
  uploads->come_back(gate(), {});
  EXPECT_EQ(pool_->waiting(), 2);
  uploads.reset();
  EXPECT_EQ(pool_->waiting(), 1);
  busy->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(next->runs());
}

TEST_F(HandOver, InADryRunWhoReturnsRuns) {
  limiter_params_.dry_run = true;
  build(1);
  const Request uploads = ask();
  uploads->permit().step_aside();
  const Request busy = ask();
  uploads->come_back(gate(), {});
  EXPECT_TRUE(uploads->runs());
  EXPECT_EQ(pool_->in_flight(), 2);
}

TEST_F(HandOver, TenTimesAsManyAsTheLimitStepAsideForNow) {
  build(1);
  std::vector<Request> uploads;
  for (int i = 0; i < 10; ++i) {
    uploads.push_back(ask());
    EXPECT_TRUE(uploads.back()->permit().step_aside_for_now());
    EXPECT_TRUE(uploads.back()->permit().aside());
  }
  const Request one_more = ask();
  EXPECT_FALSE(one_more->permit().step_aside_for_now());
  EXPECT_FALSE(one_more->permit().aside());
  uploads.back()->come_back(gate(), {});
  EXPECT_TRUE(uploads.back()->waits());
  EXPECT_TRUE(one_more->permit().step_aside_for_now()) << "whoever is whole is aside no more";
}

TEST_F(HandOver, AllGatesTogetherLetTenTimesTheLimitStepAside) {
  build(1, 2);
  std::vector<Request> uploads;
  for (int i = 0; i < 10; ++i) {
    uploads.push_back(ask(i % 2));
    EXPECT_TRUE(uploads.back()->permit().step_aside_for_now());
  }
  EXPECT_FALSE(ask(1)->permit().step_aside_for_now());
}

TEST_F(HandOver, NobodyStepsAsideForNowBeforeAServiceThatWorksOnHeads) {
  build(2);
  const Request upload = ask();
  pool_->publish_baseline(milliseconds(10));
  pool_->publish_refused_hold(milliseconds(10));
  pool_->publish_refused_hold(milliseconds(10));
  gate().answered_before_whole(milliseconds(4), true);
  EXPECT_TRUE(ask()->permit().step_aside_for_now()) << "it only says no";
  gate().answered_before_whole(milliseconds(6), true);
  EXPECT_FALSE(upload->permit().step_aside_for_now());
  pass(std::chrono::minutes(10));
  gate().answered_before_whole(milliseconds(1), false);
  EXPECT_FALSE(upload->permit().step_aside_for_now());
  pass(std::chrono::minutes(10));
  EXPECT_TRUE(upload->permit().step_aside_for_now());
}

TEST_F(HandOver, AGrownLimitServesAsManyWaitersAsItGrew) {
  build(1);
  const Request first = ask(), second = ask(), third = ask(), fourth = ask();
  publish(3);
  settle();
  EXPECT_TRUE(second->runs());
  EXPECT_TRUE(third->runs());
  EXPECT_TRUE(fourth->waits());
}

TEST_F(HandOver, ALowerLimitLetsPlacesDrainAway) {
  build(2);
  const Request first = ask(), second = ask(), third = ask();
  publish(1);
  first->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(third->waits());
  second->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(third->runs());
}

TEST_F(HandOver, AGateThatFindsNoWaiterLeftPassesTheWakeOn) {
  build(1, 3);
  const Request here = ask(0);
  Request there = ask(1);
  const Request beyond = ask(2);
  here->finish(Outcome::kSuccess);
  there.reset();
  settle();
  EXPECT_TRUE(beyond->runs());
}

TEST_F(HandOver, APlaceGoesToTheGateWithTheMostImportantWaiter) {
  queue_params_.priorities = 2;
  build(1, 3);
  const Request here = ask(0), less = ask(0, {.priority = 1}), also_less = ask(1, {.priority = 1}),
                more = ask(2);
  here->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(more->runs());
  more->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(less->runs() != also_less->runs());
}

TEST_F(HandOver, OneInAHundredIsOfTheLeastImportantAtAnotherGateToo) {
  queue_params_.priorities = 2;
  queue_params_.max_waiting = 1000;
  build(1, 2);
  std::vector<Request> important;
  for (uint64_t i = 0; i < 3 * Lanes::kFloor; ++i) important.push_back(ask(1));
  const Request least = ask(0, {.priority = 1});
  uint64_t before = 0;
  while (least->waits() && before < 2 * Lanes::kFloor) {
    important[before++]->finish(Outcome::kSuccess);
    settle();
  }
  EXPECT_TRUE(least->runs());
  EXPECT_EQ(before, Lanes::kFloor);
}

TEST_F(HandOver, WhoWasGrantedInAnotherCohortCountsThere) {
  build(2);
  const Request before = ask();
  pass(milliseconds(1));
  pool_->publish_cohort(pool_->cohort() + 1);
  const Request after = ask();
  before->finish(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 0);
  after->finish(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 1);
  EXPECT_EQ(finished(Outcome::kSuccess), 2);
}

TEST_F(HandOver, ADeadlineOfItsOwnIsKept) {
  build(1);
  const Request first = ask();
  const Request hurried = ask(0, {.deadline = timeline_.now() + milliseconds(5)});
  pass(milliseconds(5));
  EXPECT_EQ(hurried->rejection(), Rejection::kWaitedTooLong);
}

TEST_F(HandOver, WhoIsPastItsDeadlineIsNotServed) {
  build(1);
  const Request first = ask(), second = ask();
  const Request hurried = ask(0, {.deadline = timeline_.now() + milliseconds(5)});
  pass(milliseconds(6));
  first->finish(Outcome::kSuccess);
  settle();
  second->finish(Outcome::kSuccess);
  settle();
  EXPECT_EQ(hurried->rejection(), Rejection::kWaitedTooLong);
}

// Another loop frees a place after this one has found none and before it is seen to wait.
class CrossingQueue final : public WaitQueue {
 public:
  explicit CrossingQueue(PermitPool& pool) : pool_(pool) {}
  void push(Waiter&, const Arrival&, TimePoint) override { ++pushed; }
  Waiter* oldest() const override { return nullptr; }
  Waiter* newest() const override { return nullptr; }
  Duration newest_has_waited(TimePoint) const override { return Duration(0); }
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

TEST(HandOverCrossing, APlaceFreedWhileANewcomerJoinsIsTaken) {
  Timeline timeline{TimePoint{}};
  PermitPool pool(1, 1, 10);
  SamplerShard shard;
  auto owned = std::make_unique<CrossingQueue>(pool);
  CrossingQueue& queue = *owned;
  std::vector<std::unique_ptr<WaitQueue>> lanes;
  lanes.push_back(std::move(owned));
  Limiter gate(0, pool, shard, Lanes(std::move(lanes)), {}, timeline, [](int) {});
  ASSERT_TRUE(pool.take());
  Caller newcomer;
  newcomer.ask(gate, {});
  EXPECT_TRUE(newcomer.runs());
  EXPECT_EQ(queue.pushed, 0);
  EXPECT_EQ(pool.waiting(), 0);
}

}  // namespace
}  // namespace weir::limiters
