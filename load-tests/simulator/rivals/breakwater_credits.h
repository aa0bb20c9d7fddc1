#pragma once

#include <algorithm>

#include "load-tests/simulator/rule.h"

// Credits that grow by one for each round while the delay is below a bound and shrink by what it is
// above; it does not know where the delay comes from.
//
// Source: Cho et al., "Overload Control for us-scale RPCs with Breakwater" (OSDI 2020) as told in
// limiters.md 2.3 C5, restated for a single gate: a credit is a place in the service. With d the
// delay and t its bound, once for each mean latency:
//
//   d < t: C + max(0.001 clients, 1)        else C max(1 - 0.02 (d - t) / t, 0.5)
//
// The gate sees every demand, so nothing is overcommitted, and it turns away where the original's
// callers wait. It cannot measure the queue inside the service as the original does: d is the mean
// latency of the round beyond the least mean of all rounds, and t eight times that least, which is
// what 80 us are to the work of 10 us in the paper. 20 credits in the beginning, 1 to 1000.
namespace weir::simulator::rivals {

class BreakwaterCredits final : public Rule {
 public:
  void on_finished(const Finished& finished, int) override {
    if (finished.outcome == Outcome::kIgnored || finished.outcome == Outcome::kFailure) return;
    sum_ += limiters::to_seconds(finished.hold());
    ++count_;
    if (finished.now >= next_) close(finished.now);
  }
  double limit() const override { return credits_; }

 private:
  static constexpr double kLess = 0.02, kLeastShare = 0.5, kBound = 8, kMost = 1000;

  void close(TimePoint now) {
    const double mean = sum_ / count_;
    least_ = least_ == 0 ? mean : std::min(least_, mean);
    const double bound = kBound * least_, delay = mean - least_;
    // A thousandth of one client is less than 1.
    credits_ =
        delay < bound
            ? std::min(kMost, credits_ + 1)
            : std::max(1.0, credits_ * std::max(kLeastShare, 1 - kLess * (delay - bound) / bound));
    next_ = now + limiters::from_seconds(mean);
    sum_ = count_ = 0;
  }

  double credits_ = 20;
  double least_ = 0;  // seconds; 0: not known
  double sum_ = 0, count_ = 0;
  TimePoint next_{};
};

}  // namespace weir::simulator::rivals
