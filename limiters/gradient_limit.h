#pragma once

#include <optional>

#include "limiters/latency_curve.h"
#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// The latency of now against the latency of the service when it is not full; it measures the latter
// in passing and never sheds to learn it.
namespace weir::limiters {

// With R the mean latency of the window, B the baseline of the latency curve:
//
//   g = clamp(tolerance * B / R, 1/2, tolerance)
//   g < 0.8            L = L * g                               a real queue: at once
//   otherwise          L = L * (1 - smoothing + smoothing * g)
//   first growth       L = 2 L while R <= tolerance * B        slow start, until the first queue
//
// L grows only when it was in use. In a full pool of c places R = B * L / c, so L rests at
// tolerance * c. The gradient and the clamp at 1/2 are Netflix's and Envoy's; the baseline by
// level, the two speeds and the check below are not.
//
// After a cut, fewer requests must have become faster. If they did not (R stayed above 0.85 of what
// it was), the service itself is slower and its own queue is not the reason: the curve is scaled to
// what is seen and the limit goes back.
class GradientLimit final : public LimitAlgorithm {
 public:
  GradientLimit(const LimiterParams& params);

  int limit() const override;
  Cause update(const Window& window) override;
  Duration baseline() const override;

 private:
  struct Cut {
    double from;     // the limit before
    double latency;  // in seconds, before
  };
  void set(double limit);
  Cause cut(const Window& window, double gradient, double latency);
  Cause grow(double gradient);

  const LimiterParams params_;
  double limit_;
  bool slow_start_ = true;
  LatencyCurve curve_;
  std::optional<Cut> last_cut_;  // by the window before
};

}  // namespace weir::limiters
