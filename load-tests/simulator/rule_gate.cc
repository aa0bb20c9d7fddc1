#include "load-tests/simulator/rule_gate.h"

namespace weir::simulator {

Answer RuleGate::arrive(Ticket& ticket) {
  const TimePoint now = timeline_.now();
  if (!rule_->admits(now, in_flight_)) {
    rule_->on_turned_away(now);
    return Answer::kTurnedAway;
  }
  ticket.granted = ticket.responded = now;
  ticket.in_flight = ++in_flight_;
  rule_->on_admitted(now, in_flight_);
  arm();
  return Answer::kAdmitted;
}

void RuleGate::responded(Ticket& ticket, Outcome) { ticket.responded = timeline_.now(); }

void RuleGate::finished(Ticket& ticket, Outcome outcome) {
  const TimePoint now = timeline_.now();
  // To none of the originals does a caller who went away say anything.
  if (outcome == Outcome::kAbandoned) outcome = Outcome::kIgnored;
  if (outcome == Outcome::kOverQuota) outcome = rule_->of_429();
  if (outcome == Outcome::kTimedOut) outcome = Outcome::kOverload;
  const TimePoint responded = ticket.responded == ticket.granted ? now : ticket.responded;
  rule_->on_finished({ticket.granted, responded, now, ticket.in_flight, outcome}, in_flight_);
  --in_flight_;
  arm();
}

void RuleGate::arm() {
  const auto next = rule_->next();
  if (!next) return timer_.cancel();
  timer_ = timeline_.at(*next, [this] {
    rule_->on_time(timeline_.now());
    arm();
  });
}

}  // namespace weir::simulator
