#pragma once

#include <functional>
#include <optional>

#include "limiters/timeline.h"

// A deadline that moves with every byte and is almost never missed: moving it later costs nothing,
// the timer finds out when it fires. It does not know what it watches.
namespace weir::loop {

class Deadline {
 public:
  // `timeline` outlives it. `on_missed` runs from the timeline, when the deadline that is then set
  // has passed.
  Deadline(limiters::Timeline& timeline, std::function<void()> on_missed)
      : timeline_(timeline), on_missed_(std::move(on_missed)) {}

  void set(std::optional<limiters::TimePoint> when) {
    when_ = when;
    if (when_ && (!armed_ || *when_ < armed_for_)) arm(*when_);
  }

 private:
  void arm(limiters::TimePoint when) {
    armed_for_ = when;
    armed_ = true;
    timer_ = timeline_.at(when, [this] { fired(); });
  }
  void fired() {
    armed_ = false;
    if (!when_) return;
    if (timeline_.now() < *when_) return arm(*when_);
    when_.reset();
    on_missed_();
  }

  limiters::Timeline& timeline_;
  std::function<void()> on_missed_;
  std::optional<limiters::TimePoint> when_;
  limiters::TimePoint armed_for_;
  bool armed_ = false;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir::loop
