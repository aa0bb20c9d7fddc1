#pragma once

#include <cstdint>
#include <memory>

#include "load-tests/simulator/rule.h"

// What Netflix's limits have in common, and the limiter around one; it does not know which rule is
// inside.
//
// Source: Netflix/concurrency-limits, concurrency-limits-core 0.5.3, commit 414f64d, limiter/
// AbstractLimiter and SimpleLimiter, limit/AbstractLimit. The limit is the truncation of what a
// rule keeps; the time of a sample runs from the permit to the end of the answer.
namespace weir::simulator::rivals {

enum class Loss : uint8_t { kNone, kDropped };

class NetflixLimit {
 public:
  virtual ~NetflixLimit() = default;
  virtual int limit() const = 0;
  virtual bool probing() const { return false; }
  // `rtt` above 0; `in_flight` at the start, this request included.
  virtual void on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) = 0;
};

// The larger of 1 and the whole decimal logarithm below 1000, the whole logarithm from there on.
int whole_log10(int number);
// The larger of 1 and the whole square root below 1000, the whole root from there on.
int whole_sqrt(int number);

// Our choice of outcomes, after the servlet and gRPC adapters: a failure of the service is a
// success with its own time, a timeout or a refusal is a drop, and what says nothing is no sample.
class NetflixLimiter final : public Rule {
 public:
  explicit NetflixLimiter(std::unique_ptr<NetflixLimit> inside) : inside_(std::move(inside)) {}

  void on_finished(const Finished& finished, int in_flight) override;
  double limit() const override { return inside_->limit(); }
  bool probing() const override { return inside_->probing(); }

 private:
  const std::unique_ptr<NetflixLimit> inside_;
};

}  // namespace weir::simulator::rivals
