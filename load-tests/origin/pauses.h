#pragma once

#include "limiters/timeline.h"

// A service that stands still now and then: turns the time of the world into the time worked and
// back; it does not know what is worked on.
namespace weir::origin {

using limiters::Duration;
using limiters::TimePoint;

// Stands still for `length` at every multiple of `every` since `start`, not at the start itself.
class Pauses {
 public:
  // None when `length` is 0; else `length` is less than `every`.
  Pauses(TimePoint start, Duration every, Duration length)
      : start_(start), every_(every), length_(length) {}

  // The moment that a service without pauses would have reached; never goes back.
  TimePoint worked(TimePoint now) const;
  // The first moment at which worked() is `worked`.
  TimePoint reached(TimePoint worked) const;

 private:
  TimePoint start_;
  Duration every_;
  Duration length_;
};

}  // namespace weir::origin
