#include "limiters/knee_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::limiters {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kMisfit = 0.03;        // what the model misses, as a share of the mean
constexpr double kFinest = 0.25;        // between two bends that are compared, in flight
constexpr double kFinestShare = 1.04;   // or one to the other
constexpr double kTrustInNoBend = 0.5;  // it needs no more than that to be preferred

// One level as the fit needs it.
struct Seen {
  double weight, in_flight, log_in_flight, latency;
};

struct Fit {
  double at, baseline, likelihood;
};

// All levels with the bend at `at`; the baseline in closed form.
Fit fit(const std::array<Seen, kLevels>& seen, size_t count, double at) {
  const double log_at = std::log(at);
  double weight = 0;
  double sum = 0;
  double logs = 0;
  for (size_t i = 0; i < count; ++i) {
    const Seen& level = seen[i];
    weight += level.weight;
    if (level.in_flight <= at) {
      sum += level.weight * level.latency;
    } else {
      sum += level.weight * level.latency * at / level.in_flight;
      logs += level.weight * (level.log_in_flight - log_at);
    }
  }
  return {at, sum / weight, -weight * std::log(sum / weight) - logs};
}

}  // namespace

void KneeCurve::add(const std::array<Level, kLevels>& levels) {
  for (size_t i = 0; i < kLevels; ++i) {
    levels_[i].add(levels[i]);
    levels_[i].forget_all_but(kMemory);
  }
}

// Two samples that stray by their mean are taken for granted: a few that agree may be lucky.
double KneeCurve::spread() const {
  double weighted = 2;
  double count = 2;
  for (const Level& level : levels_) {
    if (level.count < 2) continue;
    weighted += level.variance() / (level.mean() * level.mean()) * level.count;
    count += level.count;
  }
  return std::sqrt(weighted / count);
}

Knee KneeCurve::knee(double unlikely) const {
  std::array<Seen, kLevels> seen;
  size_t count = 0;
  const double variance = spread() * spread();
  for (const Level& level : levels_) {
    if (level.count <= 0) continue;
    seen[count++] = {1 / (variance / level.count + kMisfit * kMisfit), level.mean_in_flight(),
                     std::log(level.mean_in_flight()), level.mean()};
  }
  if (count == 0) return {};

  const Fit none = fit(seen, count, kInfinite);
  Fit best = none;
  best.likelihood += kTrustInNoBend;
  std::array<Fit, 512> fits;
  size_t tried = 0;
  const double top = seen[count - 1].in_flight;
  for (double at = 1; at < top && tried < fits.size();
       at = std::max(at + kFinest, at * kFinestShare)) {
    fits[tried++] = fit(seen, count, at);
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
  for (const Level& level : known)
    levels_[level_of(static_cast<int>(std::lround(level.mean_in_flight())))].add(level);
}

}  // namespace weir::limiters
