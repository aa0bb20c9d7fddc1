#pragma once

#include "limiters/random.h"
#include "load-tests/simulator/rule.h"

// Least latency times most throughput, and a headroom that shrinks while it does not help; it does
// not look at a window of fewer than 100 samples.
//
// Source: apache/brpc 71871ee, policy/auto_concurrency_limiter. A sample at most each 0.1 ms; a
// window closes with 200 samples, or with 100 after a second; failed latency counts in the
// numerator only; each 25 to 50 s the limit is cut for two latencies and the least latency
// forgotten.
namespace weir::simulator::rivals {

class BrpcAuto final : public Rule {
 public:
  explicit BrpcAuto(uint64_t seed) : random_(seed) { plan_remeasure(TimePoint{}); }

  void on_finished(const Finished& finished, int in_flight) override;
  double limit() const override { return limit_; }
  bool probing() const override { return reset_ != TimePoint::max(); }

 private:
  void plan_remeasure(TimePoint now);
  void close(TimePoint now);
  void renew(double latency, double per_second);

  limiters::Random random_;
  int limit_ = 40;
  double explore_ = 0.3;
  double least_latency_ = 0;  // seconds; 0: not known
  double most_per_second_ = 0;
  TimePoint opened_{}, last_sample_{}, remeasure_, reset_ = TimePoint::max();
  double good_ = 0, bad_ = 0, good_seconds_ = 0, bad_seconds_ = 0;
};

}  // namespace weir::simulator::rivals
