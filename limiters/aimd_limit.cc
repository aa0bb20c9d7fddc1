#include "limiters/aimd_limit.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {

AimdLimit::AimdLimit(const LimiterParams& params)
    : params_(params),
      limit_(std::clamp(params.initial_limit, params.min_limit, params.max_limit)) {}

Cause AimdLimit::update(const Window& window) {
  const Level all = window.all_levels();
  if (all.count > 0 && (least_mean_ == 0 || all.mean() < least_mean_)) least_mean_ = all.mean();
  const bool late = all.count > 0 && all.mean() > to_seconds(params_.aimd.timeout);
  if (late || window.lost() > 0) {
    limit_ = std::max(params_.min_limit,
                      static_cast<int>(std::floor(limit_ * params_.aimd.backoff_ratio)));
    return Cause::kOverload;
  }
  if (all.count < 1) return Cause::kFewSamples;
  if (window.peak_in_flight * 2 < limit_) return Cause::kNotLimited;
  limit_ = std::min(params_.max_limit, limit_ + 1);
  return Cause::kLatencyLow;
}

}  // namespace weir::limiters
