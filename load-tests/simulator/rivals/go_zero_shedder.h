#pragma once

#include <array>

#include "load-tests/simulator/rule.h"

// Most passes times least latency of five seconds, less the busier the processor is, in force only
// while that is nearly used up; it does not see a service that waits.
//
// Source: zeromicro/go-zero v1.9.0, core/load/adaptiveshedder and core/stat. 50 buckets of 100 ms,
// the one that is being filled left out; latency in whole milliseconds, rounded up, the mean of a
// bucket rounded, 1000 while nothing is known; the processor's average in whole per mille has a
// weight of 0.05 each 250 ms and a threshold of 900; above it and, once something was turned away,
// a second longer, those are turned away who find both the number in flight and its average (a
// weight of 0.1 for each that leaves) above the bound. Our choice of outcomes, after its handlers:
// time-outs and refusals have not passed, errors and cancels have.
namespace weir::simulator::rivals {

class GoZeroShedder final : public Rule {
 public:
  bool admits(TimePoint now, int in_flight) override;
  void on_finished(const Finished& finished, int in_flight) override;
  void on_busy_share(TimePoint now, double share) override;
  double limit() const override { return most_in_flight_; }

 private:
  struct Bucket {
    int64_t number = -1;
    int64_t passes = 0, milliseconds = 0;
  };
  static int64_t number_of(TimePoint now);
  bool is_hot(TimePoint now);
  double most_in_flight(TimePoint now) const;

  std::array<Bucket, 50> buckets_{};
  int64_t busy_ = 0;  // per mille
  TimePoint next_look_{};
  TimePoint busy_at_{};  // last seen so
  bool turned_away_ = false;
  double mean_in_flight_ = 0;
  double most_in_flight_ = 1000000;  // when it was last looked at
};

}  // namespace weir::simulator::rivals
