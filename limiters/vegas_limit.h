#pragma once

#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// Estimates the queue inside the service from two latencies and keeps it between two bounds.
namespace weir::limiters {

// After TCP Vegas (Brakmo and Peterson 1994) and Netflix's VegasLimit, by window. With R the mean
// latency of the window, B the least mean seen, lg = max(1, floor(log10 L)):
//
//   q = L * (1 - B / R)        requests that are queueing in the service
//   overloads, or q > 6 lg     L = L - lg
//   in use and q <= lg         L = L + 6 lg
//   in use and q < 3 lg        L = L + lg
//
// B is forgotten after probe_multiplier * L samples and taken from the next window, whatever the
// load is then: under lasting overload it drifts upwards, and the limit with it.
class VegasLimit final : public LimitAlgorithm {
 public:
  explicit VegasLimit(const LimiterParams& params);

  int limit() const override { return limit_; }
  Cause update(const Window& window) override;
  Duration baseline() const override { return from_seconds(least_mean_); }

 private:
  Cause move(int by, Cause cause);

  const LimiterParams params_;
  int limit_;
  double least_mean_ = 0;  // seconds; 0: to be taken from the next window
  double samples_ = 0;     // since it was taken
};

}  // namespace weir::limiters
