#pragma once

#include <algorithm>

#include "load-tests/simulator/rule.h"

// One more per limit's worth of successes, a tenth less on each drop; it does not look at latency.
//
// Source: palantir/dialogue 6291a1d, CautiousIncreaseAggressiveDecreaseConcurrencyLimiter, host
// level: refusals and time-outs are drops, plain errors and 429s are neutral.
namespace weir::simulator::rivals {

class DialogueAimd final : public Rule {
 public:
  void on_finished(const Finished& finished, int in_flight) override {
    if (finished.outcome == Outcome::kSuccess && in_flight >= std::floor(limit_ * 0.9))
      limit_ = std::min(1e6, limit_ + 1 / limit_);
    if (finished.outcome == Outcome::kOverload) limit_ = std::max(1.0, std::floor(limit_ * 0.9));
  }
  double limit() const override { return limit_; }
  Outcome of_429() const override { return Outcome::kFailure; }

 private:
  double limit_ = 20;
};

}  // namespace weir::simulator::rivals
