#include "limiters/knee_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "limiters/bend_fit.h"

namespace weir::limiters {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kFinest = 0.25;       // between two bends that are compared, in flight
constexpr double kFinestShare = 1.04;  // or one to the other
constexpr double kLeastSmooth = 0.6;   // of the likeliest sharp one, the first smooth one
constexpr double kMostSmooth = 1.6;    // and the last,
constexpr double kSmoothStep = 1.06;   // one to the other
// Likelihoods that differ by rounding only, as of all bends below the fewest that were seen: of
// these the last has it, for which those few did not queue.
constexpr double kAlike = 1e-9;
constexpr double kTrustInNoBend = 0.5;  // it needs no more than that to be preferred
// A smooth bend has to be likelier by so many times the variance of a latency, as a share of its
// mean: where times vary much, a sharp one that is seen dimly looks smooth.
constexpr double kTrustInSharp = 20;
constexpr double kLeastVariance = 0.05;  // taken for granted there
// How far beyond a smooth one the limit is to be, over how far beyond a sharp one it is.
constexpr double kBeyondSmooth = 1.39;

// With all of those tried that are not unlikely beside the best.
Knee knee_of(const Bend& best, std::span<const Bend> tried, double unlikely) {
  Knee knee{best.baseline, best.at, best.at, best.at};
  for (const Bend& bend : tried) {
    if (bend.likelihood < best.likelihood - unlikely) continue;
    knee.lowest = std::min(knee.lowest, bend.at);
    knee.highest = std::max(knee.highest, bend.at);
  }
  return knee;
}

// Where the bend is smooth, and not by chance; `sharp`: the likeliest of the others, `none`: that
// there is none.
std::optional<Knee> smooth_knee(const BendFit& all, const Bend& sharp, const Bend& none,
                                double unlikely) {
  if (sharp.at == kInfinite) return std::nullopt;
  std::array<Bend, 20> bends;
  size_t tried = 0;
  Bend best{0, 0, sharp.likelihood + kTrustInSharp * std::max(all.variance(), kLeastVariance)};
  for (double at = sharp.at * kLeastSmooth; at < sharp.at * kMostSmooth; at *= kSmoothStep) {
    bends[tried++] = all.smooth(at);
    if (bends[tried - 1].likelihood > best.likelihood) best = bends[tried - 1];
  }
  if (best.at == 0) return std::nullopt;
  Knee knee = knee_of(best, {bends.data(), tried}, unlikely);
  knee.at *= kBeyondSmooth;
  knee.lowest *= kBeyondSmooth;
  knee.highest *= kBeyondSmooth;
  if (none.likelihood >= best.likelihood - unlikely) knee.highest = kInfinite;
  return knee;
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

double KneeCurve::spread() const { return std::sqrt(BendFit::variance_of(levels_)); }

Knee KneeCurve::knee(double unlikely) const {
  const BendFit all(levels_);
  if (all.count() == 0) return {};

  Bend none = all.sharp(1, all.count());
  none.at = kInfinite;
  Bend best = none;
  best.likelihood += kTrustInNoBend;
  std::array<Bend, 512> bends;
  size_t tried = 0;
  size_t flat = 0;
  const double top = all.in_flight(all.count() - 1);
  for (double at = 1; at < top && tried < bends.size();
       at = std::max(at + kFinest, at * kFinestShare)) {
    while (all.in_flight(flat) <= at) ++flat;
    bends[tried++] = all.sharp(at, flat);
    if (bends[tried - 1].likelihood > best.likelihood - kAlike) best = bends[tried - 1];
  }
  if (const auto smooth = smooth_knee(all, best, none, unlikely)) return *smooth;
  Knee knee = knee_of(best, {bends.data(), tried}, unlikely);
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
