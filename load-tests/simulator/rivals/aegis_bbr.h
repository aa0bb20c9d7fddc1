#pragma once

#include <array>

#include "load-tests/simulator/rule.h"

// Most passes times least latency of ten seconds, in force only while the processor is busy; it
// does not see a service that waits.
//
// Source: go-kratos/aegis e0742c6, ratelimit/bbr. 100 buckets of 100 ms; latency in whole
// milliseconds; the processor's average has a weight of 0.05 each 500 ms and a threshold of 0.8;
// within a second of the first drop it stays in force.
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
    double passes = 0, milliseconds = 0;
  };
  static int64_t number_of(TimePoint now);
  int64_t most_in_flight(TimePoint now) const;

  std::array<Bucket, 100> buckets_{};
  double busy_ = 0;
  TimePoint next_look_{};
  std::optional<TimePoint> dropping_since_;
  int64_t most_in_flight_ = 1000000;
};

}  // namespace weir::simulator::rivals
