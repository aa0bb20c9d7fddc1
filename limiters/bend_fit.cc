#include "limiters/bend_fit.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kMisfit = 0.03;    // what the model misses, as a share of the mean
constexpr double kLogMisfit = 0.1;  // and of the logarithm
constexpr double kClosed = 3;       // of the gap, at most, by a queue

// Of y on x, each with a weight; normal errors.
struct Regression {
  double weight = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;

  void add(double one_x, double one_y, double one_weight) {
    weight += one_weight;
    x += one_weight * one_x;
    y += one_weight * one_y;
    xx += one_weight * one_x * one_x;
    xy += one_weight * one_x * one_y;
    yy += one_weight * one_y * one_y;
  }
  // Its logarithm, with the likeliest slope from 0 to `steepest`.
  double likelihood(double steepest) const {
    const double of_x = xx - x * x / weight;
    const double of_both = xy - x * y / weight;
    const double of_y = yy - y * y / weight;
    const double slope = of_x > 0 ? std::clamp(of_both / of_x, 0.0, steepest) : 0;
    return -(of_y - 2 * slope * of_both + slope * slope * of_x) / 2;
  }
};

}  // namespace

BendFit::BendFit(const std::array<Level, kLevels>& levels) : shape_(shape_of(levels)) {
  for (const Level& level : levels)
    if (level.count > 0 && level.mean_in_flight() > 0) seen_[count_++] = seen(level);
  for (size_t i = 0; i < count_; ++i) {
    flat_[i + 1] = flat_[i];
    flat_[i + 1].add(seen_[i], 1);
  }
  for (size_t i = count_; i-- > 0;) {
    full_[i] = full_[i + 1];
    full_[i].add(seen_[i], seen_[i].in_flight);
  }
}

BendFit::Shape BendFit::shape_of(const std::array<Level, kLevels>& levels) {
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

BendFit::Seen BendFit::seen(const Level& level) const {
  return {level.mean_in_flight(),
          level.mean(),
          level.mean_log(),
          shape_.slope * level.mean(),
          1 / (shape_.variance / level.count + kMisfit * kMisfit),
          1 / (shape_.log_variance / level.count + kLogMisfit * kLogMisfit)};
}

void BendFit::Sums::add(const Seen& level, double places) {
  const double w = level.weight;
  const double v = level.log_weight;
  const double log_n = std::log(places);
  const double one_u = level.mean_log - log_n;
  const double one_e = level.explained_log / places;
  const double one_q = 1 / (places * places);
  weight += w;
  latency += w * level.mean / places;
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

Bend BendFit::sharp(double at, size_t flat) const {
  const Sums& below = flat_[flat];
  const Sums& above = full_[flat];
  const double log_at = std::log(at);
  const double weight = below.weight + above.weight;
  const double baseline = (below.latency + at * above.latency) / weight;
  const double logs = above.log_in_flight - above.weight * log_at;
  return {
      at, baseline,
      -weight * std::log(baseline) - logs + likelihood_of_logs(below, above, at, log_at, baseline)};
}

Bend BendFit::smooth(double at) const {
  std::array<double, kLevels> times;
  std::array<double, kLevels> log_times;
  double weight = 0;
  double latency = 0;
  double logs = 0;
  for (size_t i = 0; i < count_; ++i) {
    const double square = seen_[i].in_flight * seen_[i].in_flight / (at * at);
    const double fourth = 1 + square * square;
    times[i] = std::sqrt(std::sqrt(fourth));
    log_times[i] = std::log(fourth) / 4;
    weight += seen_[i].weight;
    latency += seen_[i].weight * seen_[i].mean / times[i];
    logs += seen_[i].weight * log_times[i];
  }
  const double baseline = latency / weight;
  Regression regression;
  for (size_t i = 0; i < count_; ++i)
    regression.add(
        1 - 1 / (times[i] * times[i]),
        seen_[i].mean_log - log_times[i] - seen_[i].explained_log / (baseline * times[i]),
        seen_[i].log_weight);
  return {at, baseline,
          -weight * std::log(baseline) - logs + regression.likelihood(kClosed * shape_.gap)};
}

// Given the mean latencies; a regression of y = u + ln at - t e on x = 1 - at^2 q, t = at / B,
// where a level is full, and of y = u - e / B on 0 where it is not.
double BendFit::likelihood_of_logs(const Sums& below, const Sums& above, double at, double log_at,
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
  return Regression{weight, sum_x, sum_y, sum_xx, sum_xy, sum_yy}.likelihood(kClosed * shape_.gap);
}

}  // namespace weir::limiters
