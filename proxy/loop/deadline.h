#pragma once

#include "limiters/timeline.h"

// A deadline that moves with every byte and is almost never missed: moving it later costs nothing,
// the timer finds out when it fires. It does not know what it watches.
namespace weir::loop {

class DeadlineEvents {
 public:
  // From the timeline, when the deadline that is then set has passed.
  virtual void on_missed() = 0;

 protected:
  ~DeadlineEvents() = default;
};

class Deadline {
 public:
  // Both outlive it.
  Deadline(limiters::Timeline& timeline, DeadlineEvents& events)
      : timeline_(timeline), events_(events) {}

  static constexpr limiters::TimePoint kNever = limiters::TimePoint::max();
  void set(limiters::TimePoint when) {
    when_ = when;
    if (when_ < armed_for_) arm();
  }

 private:
  void arm() {
    armed_for_ = when_;
    timer_ = timeline_.at(when_, [this] { fired(); });
  }
  void fired() {
    armed_for_ = kNever;
    if (when_ == kNever) return;
    if (timeline_.now() < when_) return arm();
    when_ = kNever;
    events_.on_missed();
  }

  limiters::Timeline& timeline_;
  DeadlineEvents& events_;
  limiters::TimePoint when_ = kNever;
  limiters::TimePoint armed_for_ = kNever;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir::loop
