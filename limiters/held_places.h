#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "limiters/timeline.h"

// Places that nobody uses, each until some time; it does not know why they are held, nor who gets
// them then.
namespace weir::limiters {

// They go on in the order in which they came. Not a deque, which takes memory and gives it back all
// the time: nothing is allocated once it is warm.
class HeldPlaces {
 public:
  // One more, no sooner than those before it.
  void hold(TimePoint until) {
    until_.push_back(until_.empty() ? until : std::max(until, until_.back()));
  }
  size_t size() const { return until_.size() - gone_; }
  bool empty() const { return size() == 0; }
  // When the first goes on; one at least is held.
  TimePoint next() const { return until_[gone_]; }
  bool due(TimePoint now) const { return !empty() && next() <= now; }
  // The first goes on; since when it was to.
  TimePoint let_go() {
    const TimePoint due = until_[gone_++];
    if (gone_ * 2 >= until_.size()) {
      until_.erase(until_.begin(), until_.begin() + static_cast<std::ptrdiff_t>(gone_));
      gone_ = 0;
    }
    return due;
  }

 private:
  std::vector<TimePoint> until_;  // the first of them
  size_t gone_ = 0;               // have gone on
};

}  // namespace weir::limiters
