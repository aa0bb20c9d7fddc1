#include "limiters/latency_curve.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

double variance(const Level& level) {
  if (level.count < 2) return 0;
  const double mean = level.mean();
  return std::max(0.0, level.sum_squares / level.count - mean * mean);
}

void shrink(Level& level, double factor) {
  level.count *= factor;
  level.sum_seconds *= factor;
  level.sum_squares *= factor;
}

}  // namespace

void LatencyCurve::add(const std::array<Level, kLevels>& levels) {
  for (size_t i = 0; i < kLevels; ++i) {
    levels_[i].add(levels[i]);
    if (levels_[i].count > kMemory) shrink(levels_[i], kMemory / levels_[i].count);
  }
}

// The difference of two means has a standard error of spread * sqrt(1/n + 1/m). Levels agree when
// the higher one is slower by no more than two of those, or by no more than a tenth.
std::optional<double> LatencyCurve::baseline_seconds() const {
  double weighted = 0;
  double count = 0;
  for (const Level& level : levels_) {
    weighted += variance(level) * level.count;
    count += level.count;
  }
  if (count <= 0) return std::nullopt;
  const double spread = std::sqrt(weighted / count);

  Level lowest;
  for (const Level& level : levels_) {
    if (level.count <= 0) continue;
    if (lowest.count > 0) {
      const double slower = level.mean() - lowest.mean();
      const double error = spread * std::sqrt(1 / lowest.count + 1 / level.count);
      if (slower > 2 * error && slower > lowest.mean() * 0.1) break;
    }
    lowest.add(level);
  }
  return lowest.mean();
}

void LatencyCurve::scale(double factor) {
  for (Level& level : levels_) {
    level.sum_seconds *= factor;
    level.sum_squares *= factor * factor;
  }
}

}  // namespace weir::limiters
