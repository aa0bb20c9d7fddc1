#pragma once

#include <array>

#include "load-tests/simulator/rule.h"

// Most passes times least latency of ten seconds, in force only while the processor is busy; it
// does not see a service that waits.
//
// Source: go-kratos/aegis v0.2.0, ratelimit/bbr. 100 buckets of 100 ms; latency in whole
// milliseconds, cut off, and what takes less than one counts as a pass without a time; the product
// is cut off too and lives for the time of a bucket; the processor's average, in whole per mille,
// has a weight of 0.05 each 500 ms and a threshold of 800; within a second of the first drop it
// stays in force. Whatever leaves has passed, errors and cancels included. limiters.md 2.2 B1 has
// the two roundings otherwise.
namespace weir::simulator::rivals {

class AegisBbr final : public Rule {
 public:
  bool admits(TimePoint now, int in_flight) override;
  void on_finished(const Finished& finished, int in_flight) override;
  void on_busy_share(TimePoint now, double share) override;
  double limit() const override { return static_cast<double>(most_in_flight_); }

 private:
  struct Bucket {
    int64_t number = -1;
    int64_t passes = 0, timed = 0, milliseconds = 0;
  };
  static int64_t number_of(TimePoint now);
  bool is_over(TimePoint now, int in_flight);
  int64_t most_in_flight(TimePoint now) const;

  std::array<Bucket, 100> buckets_{};
  int64_t busy_ = 0;  // per mille
  TimePoint next_look_{};
  std::optional<TimePoint> dropping_since_;
  std::optional<TimePoint> computed_;
  int64_t most_in_flight_ = 1000000;  // as of then
};

}  // namespace weir::simulator::rivals
