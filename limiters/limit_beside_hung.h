#pragma once

#include <optional>
#include <utility>

#include "limiters/abandonment.h"
#include "limiters/hung_places.h"
#include "limiters/limit_algorithm.h"

// What becomes of the limit while callers hold places for what hangs; it does not know the latency
// curve, of which what hangs is no part.
namespace weir::limiters {

// So many places stand beside the limit as hang, and the limit itself moves by a tenth when those
// who are answered are quicker than usual, or take half as long again.
class LimitBesideHung {
 public:
  struct Step {
    std::optional<double> limit;  // to go to; none: it stays
    Cause cause;
  };

  // Places hang; false when that was known already.
  bool begin() { return !std::exchange(begun_, true); }
  void end() { begun_ = false; }
  // Nobody hangs any more.
  void forget() { hung_.forget(); }

  // From begin() to end().
  bool begun() const { return begun_; }
  // Places beside `limit`, from 0 to `room`.
  int places(double limit, int room) const;
  // One window; `limit` and `room`: see places().
  Step step(const Window& window, const Abandonment& callers, double limit, int room);

 private:
  HungPlaces hung_;
  bool begun_ = false;
};

}  // namespace weir::limiters
