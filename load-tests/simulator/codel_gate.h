#pragma once

#include <deque>
#include <functional>

#include "limiters/timeline.h"
#include "load-tests/simulator/gate.h"

// A gate of a known width with a queue that sheds by how long its luckiest waited; it learns
// nothing of the service.
//
// Source of the rule: facebook/folly 1ad98e2, executors/Codel, with its defaults: an interval of
// 100 ms, a target of 5 ms. The queue is first come first served and has no bound of its own, as in
// folly's executors; who is let in at once has waited 0.
namespace weir::simulator {

class Codel {
 public:
  // Whether one who has waited `delay` is to be shed. After an interval whose least delay was above
  // the target those are who waited twice the target; the first of an interval never is.
  bool sheds(TimePoint now, Duration delay);

 private:
  bool first_ = true;  // of an interval
  bool overloaded_ = false;
  TimePoint interval_ends_{};
  Duration least_{0};
};

class CodelGate final : public Gate {
 public:
  // `width` in places, may change over time.
  CodelGate(std::function<double()> width, limiters::Timeline& timeline)
      : width_(std::move(width)), timeline_(timeline) {}

  Answer arrive(Ticket& ticket) override;
  void responded(Ticket&, Outcome) override {}
  void finished(Ticket& ticket, Outcome outcome) override;
  void left(Ticket& ticket) override { std::erase(queue_, &ticket); }
  double limit() const override { return width_(); }
  int in_flight() const override { return in_flight_; }
  int waiting() const override { return static_cast<int>(queue_.size()); }

 private:
  bool has_room() const { return in_flight_ + 1 <= width_() + 1e-9; }
  void admit(Ticket& ticket);
  void serve();

  const std::function<double()> width_;
  limiters::Timeline& timeline_;
  Codel codel_;
  int in_flight_ = 0;
  std::deque<Ticket*> queue_;
  limiters::Timeline::Timer serve_timer_;
};

}  // namespace weir::simulator
