#pragma once

#include "limiters/level.h"
#include "limiters/queue_bounds.h"
#include "limiters/window.h"

// How many requests a service can finish in a second, and how much their latencies vary; it does
// not know how many may be inside.
namespace weir::limiters {

// What a service can do shows only while it is asked for; the places that were empty now and then
// would have done as much as the others. A failure is work, too, and so is sending one caller away.
class ServicePace {
 public:
  // A window that was judged. `memory`: how long arrivals are remembered; what lasts is for eight
  // times as long.
  void note(const Window& window, Duration memory);

  // What it finishes while it is full; 0: not known.
  double per_second() const { return per_second_; }
  // The same, over kLastingRequests.
  double lasting_per_second() const { return finished_.per_second(); }
  // What it can do at most with its pauses, over half a minute or of late, whichever is more; while
  // it was not asked for all of it, it did what it does while it is. 0: not known.
  double with_pauses() const;
  // Of latencies, the standard deviation as a share of the mean; 1 while not known.
  double spread() const;
  // Between two answers, by chance, while it is full; `baseline`: its latency when it is not.
  Duration quiet_by_chance(Duration baseline) const;

 private:
  static constexpr double kByTimeOnly = 1e12;

  void learn(double seen, bool limited);
  void note_pauses(double done, Duration open, bool limited);

  double per_second_ = 0;                  // while the limit was in use
  FadingRate finished_{kLastingRequests};  // then, too
  double in_use_ = 1;                      // share of the places, then, over kSteady looks
  FadingRate long_{kByTimeOnly}, of_late_{kByTimeOnly};  // pauses are time in which nothing is done
  Level latencies_;
};

}  // namespace weir::limiters
