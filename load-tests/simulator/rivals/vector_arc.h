#pragma once

#include <algorithm>

#include "load-tests/simulator/rule.h"

// One decision per past round trip: up while latency is not above its average, down by a tenth when
// it is by 2.5 deviations; it knows no baseline.
//
// Source: vectordotdev/vector c3445d4, src/sinks/util/adaptive_concurrency/controller.
// Back-pressure is a failure, an overload or a 429; the average forgets with a weight of 0.4.
namespace weir::simulator::rivals {

class VectorArc final : public Rule {
 public:
  void on_finished(const Finished& finished, int in_flight) override {
    if (finished.outcome == Outcome::kIgnored) return;
    reached_ = reached_ || in_flight >= limit_;
    if (finished.outcome == Outcome::kSuccess) {
      sum_ += limiters::to_seconds(finished.hold());
      ++count_;
    } else {
      pushed_back_ = true;
    }
    if (finished.now >= next_) decide(finished.now);
  }
  double limit() const override { return limit_; }
  Outcome of_429() const override { return Outcome::kOverload; }

 private:
  void decide(TimePoint now) {
    const double current = count_ > 0 ? sum_ / count_ : past_;
    if (past_ > 0) {
      const double high = past_ + 2.5 * std::sqrt(variance_);
      if (current <= past_ && reached_ && !pushed_back_) {
        limit_ = std::min(limit_ + 1, 200);
      } else if (pushed_back_ || current >= high) {
        limit_ = std::max(1, static_cast<int>(std::floor(limit_ * 0.9)));
      }
    }
    if (count_ > 0) average(current);
    sum_ = count_ = 0;
    reached_ = pushed_back_ = false;
    next_ = now + limiters::from_seconds(past_);
  }
  void average(double current) {
    if (past_ <= 0) {
      past_ = current;
      return;
    }
    const double off = current - past_;
    past_ += 0.4 * off;
    variance_ = 0.6 * (variance_ + 0.4 * off * off);
  }

  int limit_ = 1;
  double past_ = 0, variance_ = 0;  // seconds, and seconds squared
  double sum_ = 0, count_ = 0;
  bool reached_ = false, pushed_back_ = false;
  TimePoint next_{};
};

}  // namespace weir::simulator::rivals
