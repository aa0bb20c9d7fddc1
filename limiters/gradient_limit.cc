#include "limiters/gradient_limit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weir::limiters {
namespace {

// Samples below the limit that a baseline can be built on; while the limit doubles, a hint will do.
constexpr double kEnough = 20;
constexpr double kHint = 2;
constexpr double kTrusted = 400;
constexpr double kLongJudgement = 200;  // samples
constexpr double kLeastStep = 0.5;      // places
// While requests pour in and windows are short, the quick ones are counted before the slow ones.
constexpr double kCensored = 0.2;

}  // namespace

GradientLimit::GradientLimit(const LimiterParams& params) : params_(params), limit_(0) {
  set(params.initial_limit);
}

int GradientLimit::limit() const { return static_cast<int>(limit_); }

Duration GradientLimit::baseline() const {
  return from_seconds(curve_.baseline().value_or(Estimate{}).mean);
}

void GradientLimit::set(double limit) {
  limit_ = std::clamp(limit, static_cast<double>(params_.min_limit),
                      static_cast<double>(params_.max_limit));
}

Cause GradientLimit::update(const Window& window) {
  const Level all = window.all_levels();
  if (window.losing()) {
    set(limit_ * 0.9);
    slow_start_ = false;
    cuts_.reset();
    return Cause::kOverload;
  }
  if (all.count < 1) return Cause::kFewSamples;

  const double latency = all.mean();
  if (const auto verdict = judge_cuts(window)) return *verdict;
  const bool censored = slow_start_ && window.seconds() < 5 * latency;
  curve_.add(window.levels, censored ? kCensored : 1);
  const Estimate baseline = *curve_.baseline();
  // Full from the first request on: only fewer in flight can show whether there is a queue inside.
  if (window.limited && limit() > std::max(1, params_.min_limit) &&
      seen_well_below() < (slow_start_ ? kHint : kEnough))
    return explore(window);
  // What may be chance is no reason to send less.
  const double excess = params_.gradient.tolerance * (baseline.mean + 2 * baseline.error) /
                        std::max(latency - 2 * all.standard_error(), latency / 2);
  if (excess < 1) return cut(std::max(excess, 0.5), window);
  cuts_.reset();
  if (!window.limited && window.peak_in_flight < limit()) return Cause::kNotLimited;
  return grow(std::clamp(params_.gradient.tolerance * baseline.mean / latency, 1.0,
                         params_.gradient.tolerance));
}

// Had the requests been queueing, latency would have fallen with their number, down to the
// baseline.
std::optional<Cause> GradientLimit::judge_cuts(const Window& window) {
  if (!cuts_ || limit_ > cuts_->from * 0.55) return std::nullopt;
  Level& after = cuts_->after;
  after.add(window.all_levels());
  const double latency = after.mean();
  const double threshold = cuts_->latency * 0.75;
  const bool certain = std::abs(latency - threshold) > 1.5 * after.standard_error();
  if (!certain && after.count < kLongJudgement) return Cause::kHeld;
  if (latency <= threshold) return std::nullopt;
  const Cuts failed = *std::exchange(cuts_, std::nullopt);
  if (failed.reason == Reason::kUnknown) {
    curve_.add(window.levels, 1);
  } else {
    const auto baseline = curve_.baseline();
    curve_.scale(baseline ? std::max(1.0, latency / baseline->mean) : 1.0);
  }
  set(failed.from);
  return Cause::kServiceSlower;
}

// Samples at levels where a queue due to the limit would not be.
double GradientLimit::seen_well_below() const {
  return curve_.seen_up_to(level_of(static_cast<int>(limit_ * 0.6)));
}

// Latency of those who were sent when the limit was nearly used up; of all when nobody was.
double GradientLimit::latency_when_full(const Window& window) const {
  const size_t top = level_of(limit());
  const Level full = sum_of(window.levels, top - std::min<size_t>(top, 1));
  return full.count > 0 ? full.mean() : window.all_levels().mean();
}

Cause GradientLimit::explore(const Window& window) {
  cuts_ = Cuts{limit_, latency_when_full(window), Reason::kUnknown};
  set(limit_ / 2);
  return Cause::kLatencyHigh;
}

Cause GradientLimit::cut(double gradient, const Window& window) {
  if (slow_start_) {
    // What was measured on the way up says that there is a queue, and little else.
    slow_start_ = false;
    if (seen_well_below() < kTrusted) curve_ = {};
  } else if (!cuts_ || cuts_->reason == Reason::kUnknown) {
    cuts_ = Cuts{limit_, latency_when_full(window), Reason::kSlow};
  }
  const double smoothing = params_.gradient.smoothing;
  set(gradient < 0.8 ? limit_ * gradient : limit_ * (1 - smoothing + smoothing * gradient));
  return Cause::kLatencyHigh;
}

Cause GradientLimit::grow(double gradient) {
  if (slow_start_) {
    set(limit_ * 2);
    return Cause::kSlowStart;
  }
  const double room = (gradient - 1) / (params_.gradient.tolerance - 1 + 1e-9);
  set(limit_ + std::max(limit_ * params_.gradient.smoothing * (gradient - 1), room * kLeastStep));
  return Cause::kLatencyLow;
}

}  // namespace weir::limiters
