#pragma once

#include "load-tests/simulator/rivals/netflix_limit.h"

// One more while in use, a tenth less for each loss or late answer; it does not look at latency
// below its timeout.
//
// Source: Netflix/concurrency-limits, concurrency-limits-core 0.5.3, commit 414f64d,
// limit/AIMDLimit. The limit is a whole number at all times.
namespace weir::simulator::rivals {

class NetflixAimd final : public NetflixLimit {
 public:
  struct Params {
    int initial = 20, min = 20, max = 200;
    double backoff_ratio = 0.9;  // [0.5, 1)
    Duration timeout = std::chrono::seconds(5);
  };

  NetflixAimd() : NetflixAimd(Params{}) {}
  explicit NetflixAimd(const Params& params) : params_(params), limit_(params.initial) {}

  int limit() const override { return limit_; }
  void on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) override;

 private:
  const Params params_;
  int limit_;
};

}  // namespace weir::simulator::rivals
