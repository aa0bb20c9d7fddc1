#include "limiters/vegas_limit.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {

VegasLimit::VegasLimit(const LimiterParams& params)
    : params_(params),
      limit_(std::clamp(params.initial_limit, params.min_limit, params.max_limit)) {}

Cause VegasLimit::update(const Window& window) {
  const int step = std::max(1, static_cast<int>(std::floor(std::log10(limit_))));
  if (window.lost() > 0) return move(-step, Cause::kOverload);
  const Level all = window.all_levels();
  if (all.count < 1) return Cause::kFewSamples;
  samples_ += all.count;
  const double latency = all.mean();
  if (least_mean_ == 0 || latency < least_mean_ ||
      samples_ > static_cast<double>(params_.vegas.probe_multiplier) * limit_) {
    if (latency >= least_mean_) samples_ = 0;
    least_mean_ = latency;
  }
  const double queued = limit_ * (1 - least_mean_ / latency);
  if (queued > 6 * step) return move(-step, Cause::kLatencyHigh);
  if (!window.limited && window.peak_in_flight * 2 < limit_) return Cause::kNotLimited;
  if (queued <= step) return move(6 * step, Cause::kLatencyLow);
  if (queued < 3 * step) return move(step, Cause::kLatencyLow);
  return Cause::kHeld;
}

Cause VegasLimit::move(int by, Cause cause) {
  limit_ = std::clamp(limit_ + by, params_.min_limit, params_.max_limit);
  return cause;
}

}  // namespace weir::limiters
