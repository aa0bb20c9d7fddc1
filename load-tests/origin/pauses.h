#pragma once

#include <utility>
#include <vector>

#include "limiters/timeline.h"

// A service that stands still now and then: turns the time of the world into the time worked and
// back; it does not know what is worked on.
namespace weir::origin {

using limiters::Duration;
using limiters::TimePoint;

// Once, from `at` after the start on.
struct Stall {
  Duration at;
  Duration length;
};

// Stands still for `length` at every multiple of `every` since `start`, not at the start itself;
// and once for each stall, whose time the multiples do not count.
class Pauses {
 public:
  // None when `length` is 0; else `length` is less than `every`. The stalls come one after the
  // other.
  Pauses(TimePoint start, Duration every, Duration length, std::vector<Stall> stalls = {})
      : start_(start), every_(every), length_(length), stalls_(std::move(stalls)) {}

  // The moment that a service without pauses would have reached; never goes back.
  TimePoint worked(TimePoint now) const;
  // The first moment at which worked() is `worked`.
  TimePoint reached(TimePoint worked) const;

 private:
  TimePoint without_stalls(TimePoint now) const;
  TimePoint with_stalls(TimePoint moved) const;

  TimePoint start_;
  Duration every_;
  Duration length_;
  std::vector<Stall> stalls_;
};

}  // namespace weir::origin
