#pragma once

#include "limiters/random.h"
#include "load-tests/simulator/rivals/netflix_limit.h"

// Estimates the queue from the least time ever seen and steps by whole logarithms; it does not know
// how loaded the service was when it took that time.
//
// Source: Netflix/concurrency-limits, concurrency-limits-core 0.5.3, commit 414f64d,
// limit/VegasLimit. In order: a probe (one sample becomes the baseline, nothing else), a new
// minimum (the same), a drop, hardly in use, the queue. Drops count in the first two as well.
namespace weir::simulator::rivals {

class NetflixVegas final : public NetflixLimit {
 public:
  struct Params {
    int initial = 20, max = 1000;
    double smoothing = 1.0;
    int probe_multiplier = 30;
    double least_jitter = 0.5, most_jitter = 1.0;  // drawn anew for each probe
  };

  explicit NetflixVegas(uint64_t seed) : NetflixVegas(Params{}, seed) {}
  NetflixVegas(const Params& params, uint64_t seed);

  int limit() const override { return static_cast<int>(limit_); }
  void on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) override;

 private:
  void move_to(double limit);

  const Params params_;
  limiters::Random random_;
  double limit_;
  Duration least_{0};  // 0: nothing seen yet
  int since_probe_ = 0;
  double jitter_;
};

}  // namespace weir::simulator::rivals
