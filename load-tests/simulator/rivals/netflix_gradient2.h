#pragma once

#include "load-tests/simulator/rivals/netflix_limit.h"

// The long average of the times over the present one: the reference follows whatever lasts.
//
// Source: Netflix/concurrency-limits, concurrency-limits-core 0.5.3, commit 414f64d,
// limit/Gradient2Limit and limit/measurement/ExpAvgMeasurement. In order: the average (of the first
// 10 samples the plain one), its decay when it is more than twice the present time, hardly in use,
// the gradient. Drops are not looked at. Other than limiters.md 2.1 A4 may be read, the gradient of
// the sample that decays the average still takes the average of before.
namespace weir::simulator::rivals {

class NetflixGradient2 final : public NetflixLimit {
 public:
  struct Params {
    int initial = 20, min = 20, max = 200;
    double smoothing = 0.2;
    int allowance = 4;  // requests that may queue
    int long_window = 600;
    double tolerance = 1.5;
  };

  NetflixGradient2() : NetflixGradient2(Params{}) {}
  explicit NetflixGradient2(const Params& params) : params_(params), limit_(params.initial) {}

  int limit() const override { return static_cast<int>(limit_); }
  void on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) override;

 private:
  double average(double latency);

  const Params params_;
  double limit_;
  double long_ = 0;  // nanoseconds
  double sum_ = 0;   // of the first samples
  int count_ = 0;    // no further than the first samples
};

}  // namespace weir::simulator::rivals
