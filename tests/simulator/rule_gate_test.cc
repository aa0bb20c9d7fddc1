#include "load-tests/simulator/rule_gate.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace weir::simulator {
namespace {

// Notes what it is told, and takes a 429 for what it was made to.
class NotingRule final : public Rule {
 public:
  NotingRule(std::vector<Outcome>& told, Outcome of_429) : told_(told), of_429_(of_429) {}
  void on_finished(const Finished& finished, int /*in_flight*/) override {
    told_.push_back(finished.outcome);
  }
  double limit() const override { return 10; }
  Outcome of_429() const override { return of_429_; }

 private:
  std::vector<Outcome>& told_;
  Outcome of_429_;
};

class Caller final : public Ticket {
  void on_admitted() override {}
  void on_turned_away() override {}
};

std::vector<Outcome> told(Outcome of_429, const std::vector<Outcome>& answers) {
  std::vector<Outcome> told;
  limiters::Timeline timeline(TimePoint{});
  RuleGate gate(std::make_unique<NotingRule>(told, of_429), timeline);
  for (const Outcome answer : answers) {
    Caller caller;
    gate.arrive(caller);
    gate.responded(caller, answer);
    gate.finished(caller, answer);
  }
  return told;
}

TEST(RuleGate, A429IsWhatTheOriginalTakesItFor) {
  EXPECT_EQ(told(Outcome::kSuccess, {Outcome::kOverQuota}), std::vector{Outcome::kSuccess});
  EXPECT_EQ(told(Outcome::kOverload, {Outcome::kOverQuota}), std::vector{Outcome::kOverload});
}

TEST(RuleGate, WhatTimedOutIsALossToTheOriginals) {
  EXPECT_EQ(told(Outcome::kSuccess, {Outcome::kTimedOut}), std::vector{Outcome::kOverload});
}

TEST(RuleGate, ACallerWhoLeftSaysNothingAndTheRestIsToldAsItIs) {
  EXPECT_EQ(told(Outcome::kSuccess, {Outcome::kAbandoned, Outcome::kFailure, Outcome::kOverload}),
            (std::vector{Outcome::kIgnored, Outcome::kFailure, Outcome::kOverload}));
}

}  // namespace
}  // namespace weir::simulator
