#include "load-tests/simulator/codel_gate.h"

#include <algorithm>

namespace weir::simulator {
namespace {

constexpr Duration kInterval = std::chrono::milliseconds(100);
constexpr Duration kTarget = std::chrono::milliseconds(5);

}  // namespace

bool Codel::sheds(TimePoint now, Duration delay) {
  if (!first_ && now > interval_ends_) {
    first_ = true;
    interval_ends_ = now + kInterval;
    overloaded_ = least_ > kTarget;
  }
  if (first_) {
    first_ = false;
    least_ = delay;
    return false;
  }
  least_ = std::min(least_, delay);
  return overloaded_ && delay > 2 * kTarget;
}

Answer CodelGate::arrive(Ticket& ticket) {
  if (!queue_.empty() || !has_room()) {
    queue_.push_back(&ticket);
    return Answer::kWaiting;
  }
  codel_.sheds(timeline_.now(), Duration(0));
  admit(ticket);
  return Answer::kAdmitted;
}

void CodelGate::finished(Ticket&, Outcome) {
  --in_flight_;
  serve_timer_ = timeline_.at(timeline_.now(), [this] { serve(); });
}

void CodelGate::admit(Ticket& ticket) {
  ++in_flight_;
  ticket.granted = timeline_.now();
  ticket.in_flight = in_flight_;
}

void CodelGate::serve() {
  while (!queue_.empty() && has_room()) {
    Ticket& next = *queue_.front();
    queue_.pop_front();
    if (codel_.sheds(timeline_.now(), timeline_.now() - next.arrived)) {
      next.on_turned_away();
    } else {
      admit(next);
      next.on_admitted();
    }
  }
}

}  // namespace weir::simulator
