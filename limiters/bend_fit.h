#pragma once

#include <array>
#include <cstddef>

#include "limiters/level.h"

// How likely a bend of the latency by number in flight is, by what was seen; it does not know which
// bends are worth a look.
namespace weir::limiters {

// A bend at `at` in flight; infinite: there is none. `baseline`: seconds, the likeliest with it;
// `likelihood`: its logarithm.
struct Bend {
  double at, baseline, likelihood;
};

// Levels of latencies, the fewest in flight first. The models are at the head of knee_curve.h.
class BendFit {
 public:
  explicit BendFit(const std::array<Level, kLevels>& levels);

  // That have been seen.
  size_t count() const { return count_; }
  double in_flight(size_t level) const { return seen_[level].in_flight; }
  // Of one latency, as a share of the square of its level's mean.
  double variance() const { return shape_.variance; }
  static double variance_of(const std::array<Level, kLevels>& levels) {
    return shape_of(levels).variance;
  }
  // A sharp bend at `at`, which `flat` of the levels do not exceed; costs the same however many
  // there are.
  Bend sharp(double at, size_t flat) const;
  // A smooth one.
  Bend smooth(double at) const;

 private:
  // How latencies stray within their levels, for none of them alone has enough to show it.
  struct Shape {
    double variance;  // of a latency, as a share of its mean; two that stray by that are taken for
                      // granted: a few that agree may be lucky
    double slope;     // of the logarithm over the latency
    double log_variance;  // of the logarithm, less what the latency explains
    double gap;           // of the mean logarithm below the logarithm of the mean
  };
  // A level as it is compared with a bend.
  struct Seen {
    double in_flight = 0, mean = 0, mean_log = 0;
    double explained_log = 0;  // of the latter, by the mean
    double weight = 0, log_weight = 0;
  };
  // Over levels that are not full, or over those that are. A level's latency and logarithm are
  // those of one place: divided by its number in flight, where it is full. So nothing here depends
  // on the bend, and a bend is judged by two sums instead of every level.
  struct Sums {
    double weight = 0, latency = 0, log_in_flight = 0;
    // Of the logarithms, with u the logarithm, e what the latency explains of it, q = 1 / n^2.
    double log_weight = 0, u = 0, e = 0, uu = 0, ue = 0, ee = 0, q = 0, qq = 0, qu = 0, qe = 0;

    // `places`: its number in flight where it is full, else 1.
    void add(const Seen& level, double places);
  };

  static Shape shape_of(const std::array<Level, kLevels>& levels);
  Seen seen(const Level& level) const;
  double likelihood_of_logs(const Sums& below, const Sums& above, double at, double log_at,
                            double baseline) const;

  Shape shape_;
  size_t count_ = 0;
  std::array<Seen, kLevels> seen_{};
  std::array<Sums, kLevels + 1> flat_{};  // the first so many
  std::array<Sums, kLevels + 1> full_{};  // from there on
};

}  // namespace weir::limiters
