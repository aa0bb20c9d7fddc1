#pragma once

#include "limiters/timeline.h"

// Whether a queue stands, instead of coming and going; it does not know who waits in it.
namespace weir::limiters {

// Who is asked for a little more than he can do, by 2 % say, cannot tell it by counting: not
// even two thousand are surer than that. But his queue tells it, which fills and never empties:
// all wait for its whole length, for nothing (Nichols and Jacobson, Controlling Delay, 2012). So a
// queue stands when while so many were served, and for so long, there was always more than one
// waiting for each place, and about as many come as can be done; until fewer do. Before a service
// that stands still it says nothing.
class StandingQueue {
 public:
  // Since the last look so many were served, `over` that time; so many wait now, for so many
  // places. `load`: who came lately, of as many as show it within 2 %, over what can be done.
  void look(double served, Duration over, int waiting, double places, double load);
  bool stands() const { return stands_; }

 private:
  double served_ = 0;  // since it was last nearly empty, and how long ago that was
  Duration since_{};
  bool stands_ = false;
};

}  // namespace weir::limiters
