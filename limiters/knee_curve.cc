#include "limiters/knee_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::limiters {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kMisfit = 0.03;        // what the model misses, as a share of the mean
constexpr double kLogMisfit = 0.1;      // and of the logarithm
constexpr double kClosed = 3;           // of the gap, at most, by a queue
constexpr double kFinest = 0.25;        // between two bends that are compared, in flight
constexpr double kFinestShare = 1.04;   // or one to the other
constexpr double kTrustInNoBend = 0.5;  // it needs no more than that to be preferred

// How latencies stray within their levels, for none of them alone has enough to show it.
struct Shape {
  double variance;  // of a latency, as a share of its mean; two that stray by that are taken for
                    // granted: a few that agree may be lucky
  double slope;     // of the logarithm over the latency
  double log_variance;  // of the logarithm, less what the latency explains
  double gap;           // of the mean logarithm below the logarithm of the mean
};

Shape shape_of(const std::array<Level, kLevels>& levels) {
  double count = 0;
  double squares = 0;
  double products = 0;
  double log_squares = 0;
  double gaps = 0;
  for (const Level& level : levels) {
    if (level.count < 2) continue;
    count += level.count;
    squares += level.variance() / (level.mean() * level.mean()) * level.count;
    products += level.sum_products / level.mean() - level.sum_logs;
    log_squares += level.sum_log_squares - level.sum_logs * level.mean_log();
    gaps += level.count * (std::log(level.mean()) - level.mean_log());
  }
  const double slope = squares > 0 ? products / squares : 0;
  return {(2 + squares) / (2 + count), slope,
          (0.5 + std::max(0.0, log_squares - slope * products)) / (2 + count),
          count > 0 ? std::max(0.0, gaps / count) : 0};
}

// One level as the fit needs it.
struct Seen {
  double weight, in_flight, log_in_flight, per_in_flight, latency;
  double log_weight, log_latency, explained;
};

// What was seen, the fewest in flight first.
struct AllSeen {
  AllSeen(const std::array<Level, kLevels>& levels) : shape(shape_of(levels)) {
    for (const Level& level : levels) {
      if (level.count <= 0 || level.mean_in_flight() <= 0) continue;
      seen[count++] = {1 / (shape.variance / level.count + kMisfit * kMisfit),
                       level.mean_in_flight(),
                       std::log(level.mean_in_flight()),
                       1 / level.mean_in_flight(),
                       level.mean(),
                       1 / (shape.log_variance / level.count + kLogMisfit * kLogMisfit),
                       level.mean_log(),
                       shape.slope * level.mean()};
    }
  }
  const Seen* begin() const { return seen.data(); }
  const Seen* end() const { return seen.data() + count; }

  Shape shape;
  size_t count = 0;
  std::array<Seen, kLevels> seen;
};

struct Fit {
  double at, baseline, likelihood;
};

// Of the mean logarithms, the mean latencies given; a regression of y on x.
double likelihood_of_logs(const AllSeen& all, double at, double baseline) {
  const double log_at = std::log(at);
  const double per_baseline = 1 / baseline;
  double weight = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, sum_yy = 0;
  for (const Seen& level : all) {
    const bool full = level.in_flight > at;
    const double share = full ? at * level.per_in_flight : 1;
    const double y = level.log_latency - (full ? level.log_in_flight - log_at : 0) -
                     level.explained * share * per_baseline;
    const double x = 1 - share * share;
    weight += level.log_weight;
    sum_x += level.log_weight * x;
    sum_y += level.log_weight * y;
    sum_xx += level.log_weight * x * x;
    sum_xy += level.log_weight * x * y;
    sum_yy += level.log_weight * y * y;
  }
  const double xx = sum_xx - sum_x * sum_x / weight;
  const double xy = sum_xy - sum_x * sum_y / weight;
  const double yy = sum_yy - sum_y * sum_y / weight;
  const double closed = xx > 0 ? std::clamp(xy / xx, 0.0, kClosed * all.shape.gap) : 0;
  return -(yy - 2 * closed * xy + closed * closed * xx) / 2;
}

// All levels with the bend at `at`; the baseline in closed form.
Fit fit(const AllSeen& all, double at) {
  const double log_at = std::log(at);
  double weight = 0;
  double sum = 0;
  double logs = 0;
  for (const Seen& level : all) {
    weight += level.weight;
    if (level.in_flight <= at) {
      sum += level.weight * level.latency;
    } else {
      sum += level.weight * level.latency * at * level.per_in_flight;
      logs += level.weight * (level.log_in_flight - log_at);
    }
  }
  const double baseline = sum / weight;
  return {at, baseline,
          -weight * std::log(baseline) - logs + likelihood_of_logs(all, at, baseline)};
}

}  // namespace

void KneeCurve::add(const std::array<Level, kLevels>& levels) {
  for (size_t i = 0; i < kLevels; ++i) {
    levels_[i].add(levels[i]);
    levels_[i].forget_all_but(kMemory);
  }
}

void KneeCurve::add(const Level& level) {
  Level& known = levels_[level_of(static_cast<int>(std::lround(level.mean_in_flight())))];
  known.add(level);
  known.forget_all_but(kMemory);
}

double KneeCurve::spread() const { return std::sqrt(shape_of(levels_).variance); }

Knee KneeCurve::knee(double unlikely) const {
  const AllSeen all(levels_);
  if (all.count == 0) return {};

  const Fit none = fit(all, kInfinite);
  Fit best = none;
  best.likelihood += kTrustInNoBend;
  std::array<Fit, 512> fits;
  size_t tried = 0;
  const double top = (all.end() - 1)->in_flight;
  for (double at = 1; at < top && tried < fits.size();
       at = std::max(at + kFinest, at * kFinestShare)) {
    fits[tried++] = fit(all, at);
    if (fits[tried - 1].likelihood > best.likelihood) best = fits[tried - 1];
  }
  Knee knee{best.baseline, best.at, best.at, best.at};
  for (size_t i = 0; i < tried; ++i) {
    if (fits[i].likelihood < best.likelihood - unlikely) continue;
    knee.lowest = std::min(knee.lowest, fits[i].at);
    knee.highest = std::max(knee.highest, fits[i].at);
  }
  if (none.likelihood >= best.likelihood - unlikely) knee.highest = kInfinite;
  return knee;
}

double KneeCurve::most_seen() const {
  for (size_t i = kLevels; i-- > 0;)
    if (levels_[i].count >= 1) return levels_[i].mean_in_flight();
  return 0;
}

double KneeCurve::seen_up_to(double in_flight) const {
  double count = 0;
  for (const Level& level : levels_)
    if (level.count > 0 && level.mean_in_flight() <= in_flight) count += level.count;
  return count;
}

void KneeCurve::doubt_above(double in_flight, double kept) {
  for (Level& level : levels_) {
    if (level.count <= 0 || level.mean_in_flight() <= in_flight) continue;
    level.forget_all_but(level.count * kept);
    if (level.count < 1) level = {};
  }
}

void KneeCurve::forget(double from_in_flight, double to_in_flight) {
  for (Level& level : levels_) {
    const double at = level.mean_in_flight();
    if (at >= from_in_flight && at <= to_in_flight) level = {};
  }
}

void KneeCurve::restart(std::initializer_list<Level> known) {
  levels_ = {};
  for (const Level& level : known) add(level);
}

}  // namespace weir::limiters
