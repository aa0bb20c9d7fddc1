#pragma once

#include "limiters/random.h"
#include "limiters/timeline.h"
#include "load-tests/simulator/draws.h"

// A core that others use too: now and then, by chance, programs on it stand still for a moment.
namespace weir::simulator {

class Core {
 public:
  Core(double lapse_every_seconds, double lapse_seconds, uint64_t seed)
      : random_(seed),
        between_(lapse_every_seconds - lapse_seconds),
        length_(limiters::from_seconds(lapse_seconds)) {
    if (lapses()) next(limiters::TimePoint{});
  }

  bool lapses() const { return length_ > limiters::Duration(0) && between_ > 0; }
  // When a program gets to what has come for it; asked in the order of time.
  limiters::TimePoint free(limiters::TimePoint now) {
    if (!lapses()) return now;
    while (begin_ + length_ <= now) next(begin_ + length_);
    return now < begin_ ? now : begin_ + length_;
  }

 private:
  void next(limiters::TimePoint after) {
    begin_ = after + limiters::from_seconds(draw_exponential(random_, between_));
  }

  limiters::Random random_;
  const double between_;
  const limiters::Duration length_;
  limiters::TimePoint begin_{};
};

}  // namespace weir::simulator
