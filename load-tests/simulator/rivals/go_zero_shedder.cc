#include "load-tests/simulator/rivals/go_zero_shedder.h"

#include <algorithm>

namespace weir::simulator::rivals {
namespace {

constexpr int64_t kBuckets = 50, kBusy = 900, kAllBusy = 1000;
constexpr double kBucketsPerMillisecond = 0.01;

}  // namespace

int64_t GoZeroShedder::number_of(TimePoint now) {
  return (now - TimePoint{}) / Duration(std::chrono::milliseconds(100));
}

double GoZeroShedder::most_in_flight(TimePoint now) const {
  const int64_t current = number_of(now);
  int64_t passes = 1;
  double least = 1000;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number < 0 || bucket.number == current || bucket.number <= current - kBuckets)
      continue;
    passes = std::max(passes, bucket.passes);
    least = std::min(least, std::round(static_cast<double>(bucket.milliseconds) /
                                       static_cast<double>(bucket.passes)));
  }
  const double most = std::max(1.0, static_cast<double>(passes) * least * kBucketsPerMillisecond);
  const double idle = static_cast<double>(kAllBusy - busy_) / (kAllBusy - kBusy);
  return most * std::clamp(idle, 0.1, 1.0);
}

// Sees whether the processor is busy, and whether it was a moment ago.
bool GoZeroShedder::is_hot(TimePoint now) {
  if (busy_ >= kBusy) {
    busy_at_ = now;
    return true;
  }
  turned_away_ = turned_away_ && now - busy_at_ < std::chrono::seconds(1);
  return turned_away_;
}

bool GoZeroShedder::admits(TimePoint now, int in_flight) {
  if (!is_hot(now)) return true;
  most_in_flight_ = most_in_flight(now);
  if (mean_in_flight_ <= most_in_flight_ || in_flight <= most_in_flight_) return true;
  turned_away_ = true;
  return false;
}

void GoZeroShedder::on_finished(const Finished& finished, int in_flight) {
  mean_in_flight_ = mean_in_flight_ * 0.9 + (in_flight - 1) * 0.1;
  if (finished.outcome == Outcome::kOverload) return;
  const int64_t number = number_of(finished.now);
  Bucket& bucket = buckets_[static_cast<size_t>(number % kBuckets)];
  if (bucket.number != number) bucket = {.number = number};
  ++bucket.passes;
  bucket.milliseconds += std::chrono::ceil<std::chrono::milliseconds>(finished.hold()).count();
}

void GoZeroShedder::on_busy_share(TimePoint now, double share) {
  if (now < next_look_) return;
  next_look_ += std::chrono::milliseconds(250);
  busy_ = static_cast<int64_t>(static_cast<double>(busy_) * 0.95 + share * 1000 * (1 - 0.95));
}

}  // namespace weir::simulator::rivals
