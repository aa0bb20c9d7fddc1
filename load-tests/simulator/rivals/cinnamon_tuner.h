#pragma once

#include <vector>

#include "load-tests/simulator/rule.h"

// Estimates the queue from a target and a smoothed high quantile, and moves the target by whether
// throughput goes with the number in flight; it does not know the least time.
//
// Source: Uber's article "Cinnamon Auto-Tuner: Adaptive Concurrency in the Wild" (2023) as told in
// limiters.md 2.1 A16, not the original's code. With L the limit, T the target, R the smoothed p90
// and lg the whole decimal logarithm of L, at least 1:
//
//   q = L (1 - T / R)        q < 3 lg: L + lg      q > 5 lg: L - lg
//   at a reset of T          cov(in flight, throughput) > 0: 0.9 T + 0.1 least R since the last one
//                            < 0: 0.8 T
//
// Ours, since neither is published: a window of at least a second and 50 samples, an exact quantile
// smoothed with a weight of a third, a reset every 30 windows, T the first R and any lower one that
// comes, more only while half of L is in use, 20 in the beginning and 1 to 1000. Time-outs and
// refusals are times like others, cancels are none.
namespace weir::simulator::rivals {

class CinnamonTuner final : public Rule {
 public:
  void on_finished(const Finished& finished, int in_flight) override;
  double limit() const override { return limit_; }

 private:
  struct Pair {
    double in_flight, per_second;
  };
  double covariance() const;
  void close(TimePoint now);
  void reset_target();
  void step();

  int limit_ = 20;
  double target_ = 0, smoothed_ = 0;  // seconds; 0: not known
  double least_ = 0;                  // of the smoothed since the last reset
  std::vector<Pair> pairs_;           // one for each window since then
  TimePoint opened_{};
  std::vector<double> times_;  // of this window, seconds
  int most_in_flight_ = 0;
};

}  // namespace weir::simulator::rivals
