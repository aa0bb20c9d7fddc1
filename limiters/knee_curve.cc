#include "limiters/knee_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::limiters {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kMisfit = 0.03;       // what the model misses, as a share of the mean
constexpr double kLogMisfit = 0.1;     // and of the logarithm
constexpr double kClosed = 3;          // of the gap, at most, by a queue
constexpr double kFinest = 0.25;       // between two bends that are compared, in flight
constexpr double kFinestShare = 1.04;  // or one to the other
// Likelihoods that differ by rounding only, as of all bends below the fewest that were seen: of
// these the last has it, for which those few did not queue.
constexpr double kAlike = 1e-9;
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

// Over levels that are not full, or over those that are. A level's latency and logarithm are those
// of one place: divided by its number in flight, where it is full. So nothing here depends on the
// bend, and a bend is judged by two sums instead of every level.
struct Sums {
  double weight = 0, latency = 0, log_in_flight = 0;
  // Of the logarithms, with u the logarithm, e what the latency explains of it, q = 1 / n^2.
  double log_weight = 0, u = 0, e = 0, uu = 0, ue = 0, ee = 0, q = 0, qq = 0, qu = 0, qe = 0;

  void add(const Level& level, const Shape& shape, double in_flight) {
    const double w = 1 / (shape.variance / level.count + kMisfit * kMisfit);
    const double v = 1 / (shape.log_variance / level.count + kLogMisfit * kLogMisfit);
    const double log_n = std::log(in_flight);
    const double one_u = level.mean_log() - log_n;
    const double one_e = shape.slope * level.mean() / in_flight;
    const double one_q = 1 / (in_flight * in_flight);
    weight += w;
    latency += w * level.mean() / in_flight;
    log_in_flight += w * log_n;
    log_weight += v;
    u += v * one_u;
    e += v * one_e;
    uu += v * one_u * one_u;
    ue += v * one_u * one_e;
    ee += v * one_e * one_e;
    q += v * one_q;
    qq += v * one_q * one_q;
    qu += v * one_q * one_u;
    qe += v * one_q * one_e;
  }
};

struct Fit {
  double at, baseline, likelihood;
};

// What was seen, the fewest in flight first.
class AllSeen {
 public:
  explicit AllSeen(const std::array<Level, kLevels>& levels) : shape_(shape_of(levels)) {
    std::array<const Level*, kLevels> seen{};
    for (const Level& level : levels)
      if (level.count > 0 && level.mean_in_flight() > 0) seen[count_++] = &level;
    for (size_t i = 0; i < count_; ++i) {
      in_flight_[i] = seen[i]->mean_in_flight();
      flat_[i + 1] = flat_[i];
      flat_[i + 1].add(*seen[i], shape_, 1);
    }
    for (size_t i = count_; i-- > 0;) {
      full_[i] = full_[i + 1];
      full_[i].add(*seen[i], shape_, in_flight_[i]);
    }
  }

  size_t count() const { return count_; }
  double in_flight(size_t level) const { return in_flight_[level]; }
  // With the bend at `at`, which `flat` of them do not exceed; the baseline in closed form.
  Fit fit(double at, size_t flat) const {
    const Sums& below = flat_[flat];
    const Sums& above = full_[flat];
    const double log_at = std::log(at);
    const double weight = below.weight + above.weight;
    const double baseline = (below.latency + at * above.latency) / weight;
    const double logs = above.log_in_flight - above.weight * log_at;
    return {at, baseline,
            -weight * std::log(baseline) - logs +
                likelihood_of_logs(below, above, at, log_at, baseline)};
  }

 private:
  // Given the mean latencies; a regression of y = u + ln at - t e on x = 1 - at^2 q, t = at / B,
  // where a level is full, and of y = u - e / B on 0 where it is not.
  double likelihood_of_logs(const Sums& below, const Sums& above, double at, double log_at,
                            double baseline) const {
    const double s = 1 / baseline;
    const double t = at / baseline;
    const double at_2 = at * at;
    const double weight = below.log_weight + above.log_weight;
    const double above_y = above.u + log_at * above.log_weight - t * above.e;
    const double sum_y = below.u - s * below.e + above_y;
    const double sum_x = above.log_weight - at_2 * above.q;
    const double sum_xx = sum_x - at_2 * (above.q - at_2 * above.qq);
    const double sum_xy = above_y - at_2 * (above.qu + log_at * above.q - t * above.qe);
    const double sum_yy = below.uu - 2 * s * below.ue + s * s * below.ee + above.uu +
                          log_at * (above_y + above.u - t * above.e) - 2 * t * above.ue +
                          t * t * above.ee;
    const double xx = sum_xx - sum_x * sum_x / weight;
    const double xy = sum_xy - sum_x * sum_y / weight;
    const double yy = sum_yy - sum_y * sum_y / weight;
    const double closed = xx > 0 ? std::clamp(xy / xx, 0.0, kClosed * shape_.gap) : 0;
    return -(yy - 2 * closed * xy + closed * closed * xx) / 2;
  }

  Shape shape_;
  size_t count_ = 0;
  std::array<double, kLevels> in_flight_{};
  std::array<Sums, kLevels + 1> flat_{};  // the first so many
  std::array<Sums, kLevels + 1> full_{};  // from there on
};

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
  if (all.count() == 0) return {};

  Fit none = all.fit(1, all.count());
  none.at = kInfinite;
  Fit best = none;
  best.likelihood += kTrustInNoBend;
  std::array<Fit, 512> fits;
  size_t tried = 0;
  size_t flat = 0;
  const double top = all.in_flight(all.count() - 1);
  for (double at = 1; at < top && tried < fits.size();
       at = std::max(at + kFinest, at * kFinestShare)) {
    while (all.in_flight(flat) <= at) ++flat;
    fits[tried++] = all.fit(at, flat);
    if (fits[tried - 1].likelihood > best.likelihood - kAlike) best = fits[tried - 1];
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

Level KneeCurve::near(int limit) const {
  Level near;
  for (size_t i = first_level_near(limit); i <= level_of(limit); ++i) near.add(levels_[i]);
  return near;
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
