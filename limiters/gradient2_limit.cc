#include "limiters/gradient2_limit.h"

#include <algorithm>

namespace weir::limiters {

Gradient2Limit::Gradient2Limit(const LimiterParams& params)
    : params_(params),
      limit_(std::clamp(params.initial_limit, params.min_limit, params.max_limit)) {}

Cause Gradient2Limit::update(const Window& window) {
  const Gradient2Params& params = params_.gradient2;
  const Level all = window.all_levels();
  const double latency = all.mean();
  if (all.count >= 1) learn_average(latency);
  const double usual = average_;
  if (usual > 2 * latency && all.count >= 1) average_ *= 0.95;
  if (window.lost() > 0) {
    move_to(limit_ * (1 - params.smoothing / 2));
    return Cause::kOverload;
  }
  if (all.count < 1) return Cause::kFewSamples;
  if (!window.limited && window.peak_in_flight * 2 < limit()) return Cause::kNotLimited;
  const double before = limit_, healthy = params.tolerance * usual;
  const double gradient = latency > healthy ? std::max(0.5, healthy / latency) : 1;
  const double next = limit_ * gradient + params.allowance;
  move_to(limit_ * (1 - params.smoothing) + next * params.smoothing);
  if (limit_ == before) return Cause::kHeld;
  return limit_ > before ? Cause::kLatencyLow : Cause::kLatencyHigh;
}

void Gradient2Limit::learn_average(double latency) {
  constexpr int kPlain = 10;
  double weight = 2.0 / (params_.gradient2.long_window + 1);
  if (first_ < kPlain) weight = 1.0 / ++first_;
  average_ += (latency - average_) * weight;
}

void Gradient2Limit::move_to(double limit) {
  limit_ = std::clamp<double>(limit, params_.min_limit, params_.max_limit);
}

}  // namespace weir::limiters
