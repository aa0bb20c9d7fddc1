#pragma once

#include <deque>
#include <functional>

#include "limiters/timeline.h"
#include "load-tests/simulator/gate.h"

// A gate of a known width with a first-come queue in front: what an operator sets who knows the
// service. It learns nothing.
namespace weir::simulator {

struct FifoGateSpec {
  std::function<double()> width;  // places, may change over time
  double queue_share = 0.5;       // of the width that may wait, and three more
  double longest_wait_seconds = 1;
};

class FifoGate final : public Gate {
 public:
  FifoGate(FifoGateSpec spec, limiters::Timeline& timeline)
      : spec_(std::move(spec)), timeline_(timeline) {}

  Answer arrive(Ticket& ticket) override;
  void responded(Ticket&, Outcome) override {}
  void finished(Ticket& ticket, Outcome outcome) override;
  void left(Ticket& ticket) override { std::erase(queue_, &ticket); }
  double limit() const override { return spec_.width(); }
  int in_flight() const override { return in_flight_; }
  int waiting() const override { return static_cast<int>(queue_.size()); }

 private:
  bool has_room() const { return in_flight_ + 1 <= spec_.width() + 1e-9; }
  void admit(Ticket& ticket);
  void serve();

  const FifoGateSpec spec_;
  limiters::Timeline& timeline_;
  int in_flight_ = 0;
  std::deque<Ticket*> queue_;
  limiters::Timeline::Timer serve_timer_;
};

}  // namespace weir::simulator
