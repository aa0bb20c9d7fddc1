#include "limiters/sample.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::limiters {

size_t level_of(int in_flight) {
  const auto others = static_cast<unsigned>(std::max(in_flight, 1) - 1);
  if (others < 4) return others;
  const auto octave = static_cast<unsigned>(std::bit_width(others)) - 3;
  const unsigned upper_half = (others >> (octave + 1)) & 1;
  return std::min<size_t>(4 + 2 * octave + upper_half, kLevels - 1);
}

double Level::variance() const {
  if (count < 2) return 0;
  return std::max(0.0, sum_squares / count - mean() * mean());
}

double Level::standard_error() const { return count > 0 ? std::sqrt(variance() / count) : 0; }

void Level::forget_all_but(double most) {
  if (count <= most) return;
  const double kept = most / count;
  count *= kept;
  sum_seconds *= kept;
  sum_squares *= kept;
  sum_in_flight *= kept;
}

double Window::throughput() const {
  return seconds() > 0 ? count(Outcome::kSuccess) / seconds() : 0;
}

Level Window::all_levels() const {
  Level all;
  for (const Level& level : levels) all.add(level);
  return all;
}

}  // namespace weir::limiters
