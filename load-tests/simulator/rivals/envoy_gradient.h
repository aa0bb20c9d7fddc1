#pragma once

#include <vector>

#include "limiters/random.h"
#include "load-tests/simulator/rule.h"

// The limit follows the ratio of a baseline to the median latency, plus the root of itself; it does
// not know what a failure is.
//
// Source: envoyproxy/envoy, extensions/filters/http/adaptive_concurrency/controller/
// gradient_controller, as of 2026. Window and baseline intervals are those of its examples. Each
// answer is a sample whatever its status, from its head to its last byte; the limit is a whole
// number after each update. While the baseline is measured the limit is `pinned` and only requests
// that began since count; `pinned` 0: it is measured on what goes through (issue 46532).
namespace weir::simulator::rivals {

class EnvoyGradient final : public Rule {
 public:
  struct Params {
    int least = 3, most = 1000;
    int pinned = 3;
    double quantile = 0.5, buffer = 0.25, jitter = 0.15;
    size_t baseline_samples = 50;
    Duration update = std::chrono::milliseconds(100);
    Duration baseline_every = std::chrono::seconds(60);
  };
  EnvoyGradient(const Params& params, uint64_t seed);

  void on_finished(const Finished& finished, int in_flight) override;
  std::optional<TimePoint> next() const override;
  void on_time(TimePoint now) override;
  double limit() const override { return limit_; }
  bool probing() const override { return measuring_ && params_.pinned > 0; }

 private:
  void begin_baseline(TimePoint now);
  void end_baseline(TimePoint now);
  void update();

  const Params params_;
  limiters::Random random_;
  int limit_;
  int limit_before_ = 0;
  bool measuring_ = true;
  TimePoint epoch_{};
  TimePoint next_update_{}, next_baseline_ = TimePoint::max();
  double baseline_ = 0;
  int at_least_in_a_row_ = 0;
  std::vector<double> samples_;
};

}  // namespace weir::simulator::rivals
