#include "limiters/gradient_limit.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {

GradientLimit::GradientLimit(const LimiterParams& params) : params_(params), limit_(0) {
  set(params.initial_limit);
}

int GradientLimit::limit() const { return static_cast<int>(limit_); }

Duration GradientLimit::baseline() const {
  return from_seconds(curve_.baseline_seconds().value_or(0));
}

void GradientLimit::set(double limit) {
  limit_ = std::clamp(limit, static_cast<double>(params_.min_limit),
                      static_cast<double>(params_.max_limit));
}

Cause GradientLimit::update(const Window& window) {
  const Level all = window.all_levels();
  const double overloads = window.count(Outcome::kOverload);
  if (overloads > 0 && overloads * 10 >= overloads + window.count(Outcome::kSuccess)) {
    set(limit_ * 0.9);
    slow_start_ = false;
    last_cut_.reset();
    return Cause::kOverload;
  }
  if (all.count < 1) return Cause::kFewSamples;

  const double latency = all.mean();
  if (last_cut_ && latency > last_cut_->latency * 0.85) {
    curve_.scale(std::max(1.0, latency / curve_.baseline_seconds().value_or(latency)));
    set(last_cut_->from);
    last_cut_.reset();
    return Cause::kServiceSlower;
  }
  last_cut_.reset();
  curve_.add(window.levels);
  const double baseline = *curve_.baseline_seconds();
  const double gradient =
      std::clamp(params_.gradient.tolerance * baseline / latency, 0.5, params_.gradient.tolerance);
  if (gradient < 1) return cut(window, gradient, latency);
  if (!window.limited && window.peak_in_flight < limit()) return Cause::kNotLimited;
  return grow(gradient);
}

Cause GradientLimit::cut(const Window&, double gradient, double latency) {
  slow_start_ = false;
  const double smoothing = params_.gradient.smoothing;
  const double before = limit_;
  set(gradient < 0.8 ? limit_ * gradient : limit_ * (1 - smoothing + smoothing * gradient));
  // Only a cut that took many away can show by what follows whether it was right.
  if (limit_ <= before * 0.8 && limit() < static_cast<int>(before))
    last_cut_ = Cut{before, latency};
  return Cause::kLatencyHigh;
}

Cause GradientLimit::grow(double gradient) {
  if (slow_start_) {
    set(limit_ * 2);
    return Cause::kSlowStart;
  }
  const double smoothing = params_.gradient.smoothing;
  set(limit_ * (1 - smoothing + smoothing * gradient));
  return Cause::kLatencyLow;
}

}  // namespace weir::limiters
