#include "load-tests/simulator/fifo_gate.h"

namespace weir::simulator {

Answer FifoGate::arrive(Ticket& ticket) {
  if (queue_.empty() && has_room()) {
    admit(ticket);
    return Answer::kAdmitted;
  }
  if (waiting() >= spec_.width() * spec_.queue_share + 3) return Answer::kTurnedAway;
  queue_.push_back(&ticket);
  return Answer::kWaiting;
}

void FifoGate::finished(Ticket&, Outcome) {
  --in_flight_;
  serve_timer_ = timeline_.at(timeline_.now(), [this] { serve(); });
}

void FifoGate::admit(Ticket& ticket) {
  ++in_flight_;
  ticket.granted = timeline_.now();
  ticket.in_flight = in_flight_;
}

void FifoGate::serve() {
  while (!queue_.empty()) {
    Ticket& next = *queue_.front();
    const bool late =
        limiters::to_seconds(timeline_.now() - next.arrived) > spec_.longest_wait_seconds;
    if (!late && !has_room()) return;
    queue_.pop_front();
    if (late) {
      next.on_turned_away();
    } else {
      admit(next);
      next.on_admitted();
    }
  }
}

}  // namespace weir::simulator
