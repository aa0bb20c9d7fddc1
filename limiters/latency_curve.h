#pragma once

#include <array>
#include <optional>

#include "limiters/level.h"

// Latency by number in flight, as far as it has been seen, and what that says of the unloaded
// service; it does not know the limit.
namespace weir::limiters {

// In seconds.
struct Estimate {
  double mean = 0;
  double error = 0;  // standard error of the mean
};

// A service with c places answers as fast with c requests inside as with one; beyond that latency
// grows. So the lowest levels that agree with each other show the service without its queue,
// whatever the load was while they were seen. Nothing ages by itself: at full load only the top
// level is refreshed, and forgetting the others would mistake a full service for an idle one.
class LatencyCurve {
 public:
  // Newer samples replace older ones: a level weighs at most kMemory samples. `weight` below 1: not
  // much is to be built on them.
  void add(const std::array<Level, kLevels>& levels, double weight);
  // Mean latency, in seconds, of the lowest levels that agree; none before the first sample.
  std::optional<Estimate> baseline() const;
  // How many samples there are up to this level.
  double seen_up_to(size_t level) const;
  // Everything that was seen took `factor` times as long: the service itself has changed.
  void scale(double factor);

 private:
  double relative_spread() const;

  static constexpr double kMemory = 256;
  std::array<Level, kLevels> levels_{};
};

}  // namespace weir::limiters
