#include "load-tests/simulator/rivals/brpc_auto.h"

#include <algorithm>

namespace weir::simulator::rivals {
namespace {

constexpr double kLeastExplore = 0.06, kMostExplore = 0.3, kExploreStep = 0.02;
constexpr double kLatencyWeight = 0.1, kThroughputDecay = 0.01;
constexpr int kLeastLimit = 9;

}  // namespace

void BrpcAuto::plan_remeasure(TimePoint now) {
  remeasure_ = now + limiters::from_seconds(random_.uniform(25, 50));
}

void BrpcAuto::on_finished(const Finished& finished, int) {
  if (finished.outcome == Outcome::kIgnored) return;
  const TimePoint now = finished.now;
  if (now - last_sample_ < std::chrono::microseconds(100)) return;
  last_sample_ = now;
  if (reset_ != TimePoint::max()) {
    if (now < reset_) return;
    reset_ = TimePoint::max();
    least_latency_ = 0;
    plan_remeasure(now);
    opened_ = now;
    good_ = bad_ = good_seconds_ = bad_seconds_ = 0;
  }
  const bool good = finished.outcome == Outcome::kSuccess;
  (good ? good_ : bad_) += 1;
  (good ? good_seconds_ : bad_seconds_) += limiters::to_seconds(finished.hold());
  const bool old = now - opened_ >= std::chrono::seconds(1);
  if (good_ + bad_ >= 200 || (old && good_ + bad_ >= 100)) return close(now);
  if (!old) return;
  opened_ = now;
  good_ = bad_ = good_seconds_ = bad_seconds_ = 0;
}

void BrpcAuto::close(TimePoint now) {
  const double over = limiters::to_seconds(now - opened_);
  const double good = good_;
  const double latency = good > 0 ? (good_seconds_ + bad_seconds_) / good : 0;
  opened_ = now;
  good_ = bad_ = good_seconds_ = bad_seconds_ = 0;
  if (good <= 0) {
    limit_ = std::max(kLeastLimit, limit_ / 2);
    return;
  }
  renew(latency, over > 0 ? good / over : 0);
  if (now < remeasure_) return;
  limit_ =
      std::max(kLeastLimit, static_cast<int>(std::ceil(0.9 * least_latency_ * most_per_second_)));
  reset_ = now + limiters::from_seconds(2 * latency);
}

void BrpcAuto::renew(double latency, double per_second) {
  if (least_latency_ <= 0) {
    least_latency_ = latency;
  } else if (latency < least_latency_) {
    least_latency_ = latency * kLatencyWeight + least_latency_ * (1 - kLatencyWeight);
  }
  most_per_second_ = per_second >= most_per_second_ ? per_second
                                                    : per_second * kThroughputDecay +
                                                          most_per_second_ * (1 - kThroughputDecay);
  const bool helps = latency <= least_latency_ * (1 + kLeastExplore) ||
                     per_second <= most_per_second_ / (1 + kLeastExplore);
  explore_ = helps ? std::min(kMostExplore, explore_ + kExploreStep)
                   : std::max(kLeastExplore, explore_ - kExploreStep);
  limit_ =
      std::max(kLeastLimit, static_cast<int>(least_latency_ * most_per_second_ * (1 + explore_)));
}

}  // namespace weir::simulator::rivals
