#pragma once

#include <array>
#include <initializer_list>

#include "limiters/level.h"

// Latency by number in flight, and where it bends; it does not know the limit.
namespace weir::limiters {

// A service with c places answers as fast with c requests inside as with one; beyond that they
// queue, and latency grows with their number:
//
//   R(n) = B max(1, n / c)
//
// Where few places are behind a wait that needs none (a processor and a database, say) the bend is
// smooth: by chance all of them wait now and then, and the places stand empty, long before as many
// are inside as could fill them, and less and less often beyond. That is about
//
//   R(n) = B (1 + (n / c)^4)^(1/4)
//
// (within 6 % of one place behind a constant wait of ten times as long, by mean value analysis).
// With c inside such a service does 0.84 of the most it can, with 1.5 c 0.956, so that it counts as
// full at 1.39 c, which the limit exceeds by a little (knee_limit.h).
//
// `at` is the c that fits best, `baseline` its B. `lowest` and `highest` bound what c may be
// without being unlikely. Where no bend was seen, c is infinite.
struct Knee {
  double baseline = 0;  // seconds; 0: nothing was seen
  double at = 0;        // in flight, as are the others
  double lowest = 0, highest = 0;
};

// The level of the fewest in flight that are as good as `limit`. Small ones have levels of their
// own; of large ones the last two count, for the top one may begin just below the limit.
inline size_t first_level_near(int limit) {
  const size_t top = level_of(limit);
  return limit > 4 ? top - 1 : top;
}

// Nothing ages by itself: at full load only the top level is refreshed, and forgetting the others
// would mistake a full service for an idle one.
class KneeCurve {
 public:
  // Newer samples replace older ones: a level weighs at most kMemory samples.
  void add(const std::array<Level, kLevels>& levels);
  void add(const Level& level);

  // The likeliest bend. With a spread that is a share of the mean, the likelihood of a level's mean
  // latency R over n samples is exp(-w (ln(B m) + R / (B m))), m = max(1, level / c): exact for
  // exponential times, and for others scaled by their spread v through w = 1 / (v^2 / n + e^2),
  // where e stands for what the model misses.
  //
  // Where times vary much, a few slow requests hide a queue from the mean, so the mean of the
  // logarithms is a second witness. In a queue all wait alike, whatever they cost: the quick ones
  // take many times as long, and the mean logarithm comes closer to the logarithm of the mean. On a
  // processor that all share each takes as many times as long, and it keeps its distance. So given
  // R it is expected at
  //
  //   a + ln m + k R / (B m) + h (1 - 1 / m^2)
  //
  // with k the slope of the logarithm over the latency within a level, a and h fitted, h from 0
  // (shared) to 3 times the distance (a queue: 1 / m^2 is about how fast it is closed for
  // exponential times and for a mix of two); normal, with errors as above.
  //
  // A smooth bend is believed where it is likelier than any sharp one by 20 v^2, and by one at
  // least.
  //
  // `unlikely`: how much the logarithm of the likelihood may fall; 2 is two standard errors.
  Knee knee(double unlikely) const;

  // Standard deviation of one latency at its level, as a share of that level's mean.
  double spread() const;
  // What is known of as many in flight as `limit`, or hardly fewer.
  Level near(int limit) const;
  // Samples at or below so many in flight.
  double seen_up_to(double in_flight) const;
  // The most in flight of which a sample is known; 0: none.
  double most_seen() const;

  // What was seen above may not hold any more: keeps this share of it.
  void doubt_above(double in_flight, double kept);
  // Something new is about to be seen there.
  void forget(double from_in_flight, double to_in_flight);
  // The service has changed: nothing holds but these.
  void restart(std::initializer_list<Level> known);

 private:
  static constexpr double kMemory = 200;
  std::array<Level, kLevels> levels_{};
};

}  // namespace weir::limiters
