#pragma once

#include <memory>

#include "limiters/timeline.h"
#include "load-tests/simulator/rule.h"

// A rival's rule at the door: admits or turns away at once, nobody waits.
namespace weir::simulator {

class RuleGate final : public Gate {
 public:
  // `timeline` outlives it.
  RuleGate(std::unique_ptr<Rule> rule, limiters::Timeline& timeline)
      : rule_(std::move(rule)), timeline_(timeline) {
    arm();
  }

  Answer arrive(Ticket& ticket) override;
  void responded(Ticket& ticket, Outcome) override;
  void finished(Ticket& ticket, Outcome outcome) override;
  void left(Ticket&) override {}
  void on_busy_share(double share) override {
    rule_->on_busy_share(timeline_.now(), share);
    arm();
  }
  double limit() const override { return rule_->limit(); }
  bool probing() const override { return rule_->probing(); }
  int in_flight() const override { return in_flight_; }
  int waiting() const override { return 0; }

 private:
  void arm();

  std::unique_ptr<Rule> rule_;
  limiters::Timeline& timeline_;
  int in_flight_ = 0;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir::simulator
