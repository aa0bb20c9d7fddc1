#include "tests/limiters/gate_fixture.h"

// What happens to those who wait while places, limits and moods change around them.
namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

class HandOver : public GateTest {
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

TEST_F(HandOver, WhoWasGrantedUnderAnotherLimitShowsNoLatency) {
  build(2);
  const Request before = ask();
  pass(milliseconds(1));
  publish(3);
  const Request after = ask();
  before->finish(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 0);
  after->finish(Outcome::kSuccess);
  EXPECT_EQ(latencies().count, 1);
  EXPECT_EQ(finished(Outcome::kSuccess), 2);
}

TEST_F(HandOver, ADeadlineOfItsOwnIsKeptAndProvesNothingAboutTheQueue) {
  build(1);
  const Request first = ask();
  const Request hurried = ask(0, {.deadline = timeline_.now() + milliseconds(5)});
  pass(milliseconds(5));
  EXPECT_EQ(hurried->rejection(), Rejection::kWaitedTooLong);
  EXPECT_FALSE(pool_->standing(timeline_.now()));
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

TEST_F(HandOver, WhileItIsCalmABurstWaits) {
  build(1);
  service_is_known();
  std::vector<Request> burst;
  for (int i = 0; i < 51; ++i) burst.push_back(ask());
  for (const Request& request : burst) EXPECT_FALSE(request->rejection());
}

TEST_F(HandOver, OnceSomebodyWaitedTooLongNewcomersAreToldAtOnce) {
  build(1);
  service_is_known();
  const Request first = ask();
  wait_too_long();
  std::vector<Request> newcomers;
  while (newcomers.size() < 51 && (newcomers.empty() || newcomers.back()->waits()))
    newcomers.push_back(ask());
  EXPECT_EQ(newcomers.back()->rejection(), Rejection::kShed);
  EXPECT_GE(newcomers.size(), 2U) << "one may always wait";
  EXPECT_LE(static_cast<double>(newcomers.size()), kPerSecond * to_seconds(bounds().standing) + 3);
}

TEST_F(HandOver, WhileTheQueueStandsAWaitIsShort) {
  build(1);
  service_is_known();
  const Request first = ask();
  wait_too_long();
  const Request second = ask();
  pass(bounds().standing - milliseconds(1));
  EXPECT_TRUE(second->waits());
  pass(milliseconds(1));
  EXPECT_EQ(second->rejection(), Rejection::kWaitedTooLong);
}

TEST_F(HandOver, CalmReturnsWhenNobodyWasTurnedAwayForAWhile) {
  build(1);
  service_is_known();
  const Request first = ask();
  wait_too_long();
  pass(bounds().hold);
  const Request second = ask();
  pass(bounds().calm - milliseconds(1));
  EXPECT_TRUE(second->waits());
}

TEST_F(HandOver, AQueueStandsForAsLongAsHardlyAnybodyFindsAPlace) {
  build(1);
  service_is_known();
  const Request first = ask();
  wait_too_long();
  const Duration step = bounds().hold / 2;
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(ask()->waits()) << "nobody is rejected, all leave by themselves";
    pass(step);
    EXPECT_TRUE(pool_->standing(timeline_.now()));
  }
}

TEST_F(HandOver, ItIsCalmOnceMostFindAPlaceEvenIfSomeAreTurnedAway) {
  build(1);
  service_is_known();
  Request first = ask();
  wait_too_long();
  first->finish(Outcome::kSuccess);
  for (int i = 0; i < 60; ++i) ask()->finish(Outcome::kSuccess);
  first = ask();
  std::vector<Request> newcomers;
  while (newcomers.empty() || newcomers.back()->waits()) newcomers.push_back(ask());
  EXPECT_EQ(newcomers.back()->rejection(), Rejection::kShed);
  pass(bounds().hold);
  EXPECT_FALSE(pool_->standing(timeline_.now()));
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

TEST(HandOverCrossing, APlaceFreedWhileANewcomerJoinsIsTaken) {
  Timeline timeline{TimePoint{}};
  PermitPool pool(1, 1, 10);
  SamplerShard shard;
  auto owned = std::make_unique<CrossingQueue>(pool);
  CrossingQueue& queue = *owned;
  Limiter gate(0, pool, shard, std::move(owned), {}, {}, timeline, [](int) {});
  ASSERT_TRUE(pool.take());
  Caller newcomer;
  newcomer.ask(gate, {});
  EXPECT_TRUE(newcomer.runs());
  EXPECT_EQ(queue.pushed, 0);
  EXPECT_EQ(pool.waiting(), 0);
}

}  // namespace
}  // namespace weir::limiters
