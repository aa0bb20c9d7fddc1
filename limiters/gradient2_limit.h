#pragma once

#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// The latency of now against a long average of itself; it knows no latency at low load.
namespace weir::limiters {

// After Netflix's Gradient2Limit, by window. With R the mean latency of the window, A its
// exponential average over long_window windows (of the first ten the plain mean):
//
//   A > 2 R        A = 0.95 A, from the next window on
//   overloads      L = L (1 - smoothing / 2)
//   in use         L = L (1 - smoothing) + smoothing (g L + allowance),
//                  g = clamp(tolerance A / R, 1/2, 1)
//
// A follows whatever lasts: under an overload of more than long_window windows the limit grows to
// its bound, by design; the original takes windows of a second, ours may be as short as 20 ms. In
// the original a timeout is a time like others; here it has none, so it counts as the least g,
// without the allowance.
class Gradient2Limit final : public LimitAlgorithm {
 public:
  explicit Gradient2Limit(const LimiterParams& params);

  int limit() const override { return static_cast<int>(limit_); }
  Cause update(const Window& window) override;
  Duration baseline() const override { return from_seconds(average_); }

 private:
  void learn_average(double latency);
  void move_to(double limit);

  const LimiterParams params_;
  double limit_;
  double average_ = 0;  // seconds; 0: nothing seen yet
  int first_ = 0;       // windows in the plain mean
};

}  // namespace weir::limiters
