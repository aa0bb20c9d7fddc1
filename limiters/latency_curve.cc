#include "limiters/latency_curve.h"

#include <cmath>

namespace weir::limiters {
void LatencyCurve::add(const std::array<Level, kLevels>& levels, double weight) {
  for (size_t i = 0; i < kLevels; ++i) {
    Level added = levels[i];
    added.keep(weight);
    levels_[i].add(added);
    levels_[i].forget_all_but(kMemory);
  }
}

// What one latency strays from the mean of its level, as a share of that mean: over all levels, for
// a level with one sample does not show it.
double LatencyCurve::relative_spread() const {
  double weighted = 0;
  double count = 0;
  for (const Level& level : levels_) {
    if (level.count < 2) continue;
    weighted += level.variance() / (level.mean() * level.mean()) * level.count;
    count += level.count;
  }
  return count > 0 ? std::sqrt(weighted / count) : 0;
}

// Were both levels the same, the difference of their means would have a standard error of mean *
// spread * sqrt(1/n + 1/m); the mean is that of the higher level, for a few lucky samples make the
// lower one small, and its own error too. Levels agree when the higher one is slower by no more
// than two and a half errors, or by no more than a tenth.
std::optional<Estimate> LatencyCurve::baseline() const {
  const double spread = relative_spread();
  Level lowest;
  for (const Level& level : levels_) {
    if (level.count <= 0) continue;
    if (lowest.count > 0) {
      const double slower = level.mean() - lowest.mean();
      const double error = spread * level.mean() * std::sqrt(1 / lowest.count + 1 / level.count);
      if (slower > 2.5 * error && slower > lowest.mean() * 0.1) break;
    }
    lowest.add(level);
  }
  if (lowest.count <= 0) return std::nullopt;
  return Estimate{lowest.mean(), spread * lowest.mean() / std::sqrt(lowest.count)};
}

double LatencyCurve::seen_up_to(size_t level) const {
  double count = 0;
  for (size_t i = 0; i <= level; ++i) count += levels_[i].count;
  return count;
}

void LatencyCurve::scale(double factor) {
  for (Level& level : levels_) level.stretch(factor);
}

}  // namespace weir::limiters
