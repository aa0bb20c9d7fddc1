#pragma once

#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// One more while all goes well, a share less when something is lost; it does not look at latency
// below its timeout.
namespace weir::limiters {

// After TCP Reno and Netflix's AIMDLimit, by window instead of by request (there 22 late answers in
// a row cut the limit to a tenth):
//
//   overloads, or mean latency above the timeout    L = floor(backoff_ratio * L)
//   else the limit was in use                       L = L + 1
class AimdLimit final : public LimitAlgorithm {
 public:
  explicit AimdLimit(const LimiterParams& params);

  int limit() const override { return limit_; }
  Cause update(const Window& window) override;
  Duration baseline() const override { return from_seconds(least_mean_); }

 private:
  const LimiterParams params_;
  int limit_;
  double least_mean_ = 0;  // seconds; for people and for the queue's bounds
};

}  // namespace weir::limiters
