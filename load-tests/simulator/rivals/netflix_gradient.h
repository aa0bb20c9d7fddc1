#pragma once

#include "limiters/random.h"
#include "load-tests/simulator/rivals/netflix_limit.h"

// The limit times (twice the least time over the present one, at most 1), plus a square root; every
// thousand or two of samples it starts again from that root.
//
// Source: Netflix/concurrency-limits, concurrency-limits-core 0.5.3, commit 414f64d,
// limit/GradientLimit. In order: a probe (limit cut to the queue allowance, minimum forgotten, this
// sample not looked at), the minimum, a drop (times 0.9, then smoothed, so -2 %), hardly in use,
// the gradient. The floor in the end is the allowance, not `min`.
namespace weir::simulator::rivals {

class NetflixGradient final : public NetflixLimit {
 public:
  struct Params {
    int initial = 50, min = 1, max = 1000;
    double smoothing = 0.2;  // of what lowers the limit only
    double tolerance = 2.0;
    double backoff_ratio = 0.9;
    int least_probe = 1000, most_probe = 2000;  // samples to the next probe, the most not reached
  };

  explicit NetflixGradient(uint64_t seed) : NetflixGradient(Params{}, seed) {}
  NetflixGradient(const Params& params, uint64_t seed);

  int limit() const override { return static_cast<int>(limit_); }
  // From the cut until the limit is back, or until what it has learnt keeps it lower.
  bool probing() const override { return probed_from_ > 0; }
  void on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) override;

 private:
  int draw();

  const Params params_;
  limiters::Random random_;
  double limit_;
  double least_ = 0;  // nanoseconds; 0: nothing seen since the probe
  int to_probe_;
  double probed_from_ = 0;  // the limit before the probe that is going on; 0: none is
};

}  // namespace weir::simulator::rivals
