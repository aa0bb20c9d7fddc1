#pragma once

#include <optional>

#include "limiters/level.h"

// Whether a service has become much slower with as many inside, and whether it has settled there;
// it does not know why.
namespace weir::limiters {

// Twice as slow, by more than two standard errors; `spread` is the standard deviation of latencies,
// as a share of their mean. A few samples never are.
bool much_slower(const Level& before, const Level& now, double spread);

// One that has lost places queues what it has, one whose dependency is slow has as many as before
// and needs more inside to fill them: at first both look alike. While latencies still rise nothing
// can be learnt from them, and what was seen before says nothing any more.
class Slowdown {
 public:
  // `near`: latencies near `limit`, of one window; `known`: those of before, near that limit.
  void note(const Level& near, const Level& known, double limit, double spread);
  void forget() { found_.reset(); }

  // The last windows were much slower than what was known before them.
  bool suspected() const { return found_.has_value(); }
  // It rises no more, and the quick ones are slower as well: a few slow ones are no slow service.
  bool settled(double spread) const;
  // If suspected: what it has settled at so far, and the limit when it began.
  const Level& now() const { return found_->now; }
  double limit() const { return found_->limit; }

 private:
  struct Found {
    double limit;
    Level before, now;
    int windows;  // that are in `now`
  };
  std::optional<Found> found_;
};

}  // namespace weir::limiters
