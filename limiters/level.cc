#include "limiters/level.h"

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

int most_of(size_t level) {
  if (level < 4) return static_cast<int>(level) + 1;
  const size_t octave = (level - 4) / 2;
  return static_cast<int>((level % 2 == 0 ? 6U : 8U) << octave);
}

Level Level::of(double seconds, double in_flight, double count) {
  // A nanosecond is the least that a clock tells apart; nothing at all has no logarithm.
  seconds = std::max(seconds, 1e-9);
  const double log = std::log(seconds);
  return {.count = count,
          .sum_seconds = seconds * count,
          .sum_squares = seconds * seconds * count,
          .sum_in_flight = in_flight * count,
          .sum_logs = log * count,
          .sum_log_squares = log * log * count,
          .sum_products = seconds * log * count};
}

double Level::variance() const {
  if (count < 2) return 0;
  return std::max(0.0, sum_squares / count - mean() * mean());
}

double Level::standard_error() const { return count > 0 ? std::sqrt(variance() / count) : 0; }

void Level::keep(double share) {
  count *= share;
  sum_seconds *= share;
  sum_squares *= share;
  sum_in_flight *= share;
  sum_logs *= share;
  sum_log_squares *= share;
  sum_products *= share;
}

void Level::stretch(double times) {
  const double more = std::log(times);
  sum_products = times * (sum_products + more * sum_seconds);
  sum_log_squares += 2 * more * sum_logs + count * more * more;
  sum_logs += count * more;
  sum_seconds *= times;
  sum_squares *= times * times;
}

void Level::blur(double variance) {
  const double more = variance * count;
  sum_squares += more * mean() * mean();
  sum_log_squares += more;
  sum_products += more * mean();
}

Level sum_of(const std::array<Level, kLevels>& levels, size_t first) {
  Level sum;
  for (size_t i = first; i < kLevels; ++i) sum.add(levels[i]);
  return sum;
}

}  // namespace weir::limiters
