#pragma once

#include <algorithm>

#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// The operator's number.
namespace weir::limiters {

class FixedLimit final : public LimitAlgorithm {
 public:
  explicit FixedLimit(const LimiterParams& params)
      : limit_(std::clamp(params.fixed.limit, params.min_limit, params.max_limit)) {}

  int limit() const override { return limit_; }
  Cause update(const Window& window) override {
    const Level all = window.all_levels();
    // Only for people and for the queue's bounds: the least mean seen so far.
    if (all.count > 0 && (least_mean_ == 0 || all.mean() < least_mean_)) least_mean_ = all.mean();
    return Cause::kHeld;
  }
  Duration baseline() const override { return from_seconds(least_mean_); }

 private:
  const int limit_;
  double least_mean_ = 0;  // seconds
};

}  // namespace weir::limiters
