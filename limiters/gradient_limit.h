#pragma once

#include <cstdint>
#include <optional>

#include "limiters/latency_curve.h"
#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// The latency of now against the latency of the service when it is not full; it measures the latter
// in passing and never sheds to learn it.
namespace weir::limiters {

// With R the mean latency of the window, B the baseline of the latency curve, eR and eB two
// standard errors of each:
//
//   x = max(1/2, tolerance * (B + eB) / (R - eR))      x < 1: slower, and not by chance
//   x < 0.8            L = L * x                        a real queue: at once
//   x < 1              L = L * (1 - smoothing + smoothing * x)
//   otherwise, in use  L = L * (1 - smoothing + smoothing * g), g = clamp(tolerance * B / R, 1,
//                      tolerance), and at least by up to half a place
//   first growth       L = 2 L                          slow start, until the first cut
//
// In a full pool of c places R = B * L / c, so L rests at tolerance * c. The gradient and the clamp
// at 1/2 are Netflix's and Envoy's; the baseline by level, the errors, the two speeds and the check
// below are not.
//
// After cuts to about half, fewer requests must have become faster. If they did not (R stayed above
// 3/4 of what it was, and not by chance), the service itself is slower and its own queue is not the
// reason: the curve is scaled to what is seen and the limit goes back. The same cut and check learn
// a baseline where the limit is in use and too little was seen well below it: full since the first
// request, or after slow start, whose short windows count the quick answers before the slow ones
// and are forgotten.
class GradientLimit final : public LimitAlgorithm {
 public:
  explicit GradientLimit(const LimiterParams& params);

  int limit() const override;
  Cause update(const Window& window) override;
  Duration baseline() const override;
  bool probing() const override { return cuts_ && cuts_->reason == Reason::kUnknown; }

 private:
  enum class Reason : uint8_t {
    kSlow,    // slower than the baseline allows
    kUnknown  // nothing has been seen below the limit
  };
  // Cuts in a row, judged together: one alone may be too small to show anything.
  struct Cuts {
    double from;     // the limit before the first
    double latency;  // in seconds, before the first
    Reason reason;
    Level after{};  // what was seen once the limit had about halved
  };
  void set(double limit);
  std::optional<Cause> judge_cuts(const Window& window);
  double seen_well_below() const;
  double latency_when_full(const Window& window) const;
  Cause explore(const Window& window);
  Cause cut(double gradient, const Window& window);
  Cause grow(double gradient);

  const LimiterParams params_;
  double limit_;
  bool slow_start_ = true;
  LatencyCurve curve_;
  std::optional<Cuts> cuts_;
};

}  // namespace weir::limiters
