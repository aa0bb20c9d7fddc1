#include "load-tests/simulator/rivals/aegis_bbr.h"

#include <algorithm>

namespace weir::simulator::rivals {

int64_t AegisBbr::number_of(TimePoint now) {
  return (now - TimePoint{}) / Duration(std::chrono::milliseconds(100));
}

// The bucket that is being filled does not count.
int64_t AegisBbr::most_in_flight(TimePoint now) const {
  const int64_t current = number_of(now);
  double passes = 1;
  double least = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number < 0 || bucket.number == current || bucket.number <= current - 100) continue;
    if (bucket.passes <= 0) continue;
    passes = std::max(passes, bucket.passes);
    const double mean = std::ceil(bucket.milliseconds / bucket.passes);
    least = least == 0 ? mean : std::min(least, mean);
  }
  return static_cast<int64_t>(std::floor(passes * std::max(1.0, least) * 10 / 1000 + 0.5));
}

bool AegisBbr::admits(TimePoint now, int in_flight) {
  const bool over = in_flight > 1 && in_flight > most_in_flight(now);
  if (busy_ < 0.8) {
    if (!dropping_since_) return true;
    if (now - *dropping_since_ <= std::chrono::seconds(1)) return !over;
    dropping_since_.reset();
    return true;
  }
  most_in_flight_ = most_in_flight(now);
  if (over && !dropping_since_) dropping_since_ = now;
  return !over;
}

void AegisBbr::on_finished(const Finished& finished, int) {
  if (finished.outcome == Outcome::kIgnored) return;
  const int64_t number = number_of(finished.now);
  Bucket& bucket = buckets_[static_cast<size_t>(number % 100)];
  if (bucket.number != number) bucket = {.number = number};
  bucket.passes += 1;
  bucket.milliseconds += std::ceil(limiters::to_seconds(finished.hold()) * 1000);
}

void AegisBbr::on_busy_share(TimePoint now, double share) {
  if (now < next_look_) return;
  next_look_ = now + std::chrono::milliseconds(500);
  busy_ = 0.95 * busy_ + 0.05 * share;
}

}  // namespace weir::simulator::rivals
