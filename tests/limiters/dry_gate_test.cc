#include "limiters/dry_gate.h"

#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// All run, and the permit says what would have been.
class DryGateTest : public GateTest {
 protected:
  DryGateTest() { limiter_params_.dry_run = true; }
  // So that it is known what one takes: ten milliseconds.
  void warm_up(int gate_number = 0) {
    const Request first = ask(gate_number);
    pass(milliseconds(10));
    first->finish(Outcome::kSuccess);
  }
  static std::optional<Rejection> would(const Request& request) {
    return request->permit().spared();
  }
  int taken() const { return pool_->dry().taken(); }
  int waiting(size_t rank = 0) const { return pool_->dry().waiting(rank); }
};

TEST_F(DryGateTest, WhileNobodyIsBeyondTheLimitAPlaceIsHeldForAsLongAsItReallyIs) {
  build(2);
  warm_up();
  const Request slow = ask();
  pass(seconds(5));
  EXPECT_EQ(taken(), 1);
  slow->finish(Outcome::kFailure);
  EXPECT_EQ(taken(), 0);
}

TEST_F(DryGateTest, WhoIsReallySlowedDownByOthersHoldsItForAsLongAsOneTakes) {
  queue_params_.max_waiting = 0;
  build(1);
  warm_up();
  const Request first = ask(), spared = ask();
  EXPECT_EQ(would(spared), Rejection::kLimit);
  pass(milliseconds(10));
  first->finish(Outcome::kSuccess);
  const Request third = ask();
  EXPECT_EQ(would(third), std::nullopt);
  pass(milliseconds(9));
  EXPECT_EQ(taken(), 1);
  pass(milliseconds(1));
  EXPECT_EQ(taken(), 0) << "although two are really inside";
}

TEST_F(DryGateTest, WhoWaitsGetsTheNextPlaceThatGoesOn) {
  build(1);
  warm_up();
  const Request first = ask(), second = ask(), third = ask();
  EXPECT_EQ(waiting(), 2);
  first->finish(Outcome::kSuccess);
  EXPECT_EQ(waiting(), 1);
  pass(milliseconds(10));
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(taken(), 1);
  pass(milliseconds(10));
  EXPECT_EQ(taken(), 0);
}

TEST_F(DryGateTest, WhoWouldWaitForTooLongIsToldByThoseBeforeIt) {
  build(1);
  warm_up();
  std::vector<Request> callers;
  for (int i = 0; i < 31; ++i) callers.push_back(ask());
  EXPECT_EQ(would(callers.back()), std::nullopt) << "thirty times ten milliseconds";
  EXPECT_EQ(would(ask()), Rejection::kWaitedTooLong);
  EXPECT_EQ(waiting(), 30);
}

TEST_F(DryGateTest, WhoHasADeadlineOfItsOwnWouldBeLateSooner) {
  build(1);
  warm_up();
  const Request first = ask(), second = ask();
  EXPECT_EQ(would(ask(0, {.deadline = timeline_.now() + milliseconds(15)})),
            Rejection::kWaitedTooLong);
  EXPECT_EQ(would(ask(0, {.deadline = timeline_.now() + milliseconds(25)})), std::nullopt);
}

TEST_F(DryGateTest, WhatIsAskedForBeyondWhatCanBeDoneWouldBeShed) {
  build(1);
  warm_up();
  pool_->publish_queue(kLongestWait, 1);
  const Request first = ask(), second = ask();
  EXPECT_EQ(would(ask()), Rejection::kShed);
}

TEST_F(DryGateTest, TheImportantComeFirst) {
  queue_params_.priorities = 2;
  build(1);
  warm_up();
  const Request first = ask(), batch = ask(0, {.priority = 1}), urgent = ask();
  first->finish(Outcome::kSuccess);
  EXPECT_EQ(waiting(0), 0);
  EXPECT_EQ(waiting(1), 1);
}

TEST_F(DryGateTest, AHigherLimitLetsInWhoWaits) {
  build(1);
  warm_up();
  const Request first = ask(), second = ask();
  publish(3);
  const Request third = ask();
  EXPECT_EQ(waiting(), 0);
  EXPECT_EQ(taken(), 3);
}

TEST_F(DryGateTest, PlacesAreThoseOfAllLoops) {
  build(1, 2);
  warm_up(0);
  warm_up(1);
  const Request here = ask(0), there = ask(1);
  EXPECT_EQ(waiting(), 1);
  here->finish(Outcome::kSuccess);
  EXPECT_EQ(waiting(), 0) << "it takes the place, wherever it came";
  gates_.front().reset();
  EXPECT_EQ(taken(), 0);
}

TEST_F(DryGateTest, WhomTheServiceRefusedWouldHoldItsPlaceForAsLongAsOneTakes) {
  build(1);
  warm_up();
  pool_->publish_baseline(milliseconds(10));
  const Request refused = ask();
  refused->permit().responded(Outcome::kOverload);
  refused->finish(Outcome::kOverload);
  pass(milliseconds(9));
  EXPECT_EQ(taken(), 1);
  pass(milliseconds(1));
  EXPECT_EQ(taken(), 0);
}

TEST_F(DryGateTest, WhoStepsAsideAndReturnsHoldsAPlaceAgain) {
  build(1);
  warm_up();
  const Request uploads = ask();
  uploads->permit().step_aside();
  EXPECT_EQ(taken(), 0);
  uploads->come_back(gate(), {});
  EXPECT_EQ(taken(), 1);
  uploads->finish(Outcome::kSuccess);
  EXPECT_EQ(taken(), 0);
}

TEST_F(DryGateTest, WithoutADryRunNobodyIsThere) {
  limiter_params_.dry_run = false;
  build(1);
  const Request first = ask(), second = ask();
  EXPECT_EQ(taken(), 0);
  EXPECT_EQ(waiting(), 0);
}

}  // namespace
}  // namespace weir::limiters
