#pragma once

#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "load-tests/simulator/service_spec.h"

// What the best constant limit reaches in a world, and which that is, found by search; where the
// world changes, the best from one change to the next. It does not know the limiters.
namespace weir::simulator {

// From one change of the world to the next.
struct Phase {
  double from_seconds = 0, until_seconds = 0;
  int limit = 1;   // the smallest that does as well as the best
  int needed = 1;  // the smallest with 0.97 of the best's goodput; below it something is lost
  // A limit above `needed` shows, because more is offered than can be done.
  bool limiting = false;
  double goodput_per_second = 0;  // of the best, in this phase
};

struct Oracle {
  double goodput_per_second = 0;  // of the world, the best of all that was tried
  std::vector<Phase> phases;      // by time
  const Phase* at(double seconds) const;
};

// What a search may take.
struct OracleEffort {
  int rounds = 14;
  int seeds = std::numeric_limits<int>::max();  // of them so many; the last round is all of them
};
inline constexpr OracleEffort kThorough;
inline constexpr OracleEffort kQuick{.rounds = 7, .seeds = 1};

// All phases are searched in the same rounds, with each its own limit, and judged each by itself; a
// last round has all that were found together. Medians over the seeds 1 to `seeds`.
Oracle find_oracle(const World& world, int seeds, int steps, OracleEffort effort);

// Which limit to try next, from what was reached with others. Starts around a width, goes on where
// the best is at the edge, then closes in on the best and on the smallest that nearly does as well.
class LimitSearch {
 public:
  // `load`: of what so many places can do.
  LimitSearch(double width, double load) : width_(width), load_(load) {}

  std::optional<int> next() const;
  void tell(int limit, double goodput) { tried_[limit] = goodput; }
  int smallest_with(double share_of_best) const;
  double most() const;

 private:
  std::optional<int> from_the_start() const;
  std::optional<int> beyond_the_edge() const;
  std::optional<int> between(int limit, double closest) const;

  double width_, load_;
  std::map<int, double> tried_;
};

}  // namespace weir::simulator
