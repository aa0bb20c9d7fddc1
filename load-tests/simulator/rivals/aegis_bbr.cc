#include "load-tests/simulator/rivals/aegis_bbr.h"

#include <algorithm>

namespace weir::simulator::rivals {
namespace {

constexpr Duration kBucket = std::chrono::milliseconds(100);
constexpr int64_t kBuckets = 100, kBucketsPerSecond = 10, kBusy = 800;

}  // namespace

int64_t AegisBbr::number_of(TimePoint now) { return (now - TimePoint{}) / kBucket; }

// The bucket that is being filled does not count.
int64_t AegisBbr::most_in_flight(TimePoint now) const {
  const int64_t current = number_of(now);
  int64_t passes = 1;
  double least = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.number < 0 || bucket.number == current || bucket.number <= current - kBuckets)
      continue;
    passes = std::max(passes, bucket.passes);
    if (bucket.timed == 0) continue;
    const double mean =
        static_cast<double>(bucket.milliseconds) / static_cast<double>(bucket.timed);
    least = least == 0 ? mean : std::min(least, mean);
  }
  const int64_t milliseconds = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(least)));
  return passes * milliseconds * kBucketsPerSecond / 1000;
}

bool AegisBbr::is_over(TimePoint now, int in_flight) {
  if (in_flight <= 1) return false;
  if (!computed_ || now - *computed_ >= kBucket) {
    most_in_flight_ = most_in_flight(now);
    computed_ = now;
  }
  return in_flight > most_in_flight_;
}

bool AegisBbr::admits(TimePoint now, int in_flight) {
  if (busy_ < kBusy) {
    if (!dropping_since_) return true;
    if (now - *dropping_since_ <= std::chrono::seconds(1)) return !is_over(now, in_flight);
    dropping_since_.reset();
    return true;
  }
  const bool over = is_over(now, in_flight);
  if (over && !dropping_since_) dropping_since_ = now;
  return !over;
}

void AegisBbr::on_finished(const Finished& finished, int) {
  const int64_t number = number_of(finished.now);
  Bucket& bucket = buckets_[static_cast<size_t>(number % kBuckets)];
  if (bucket.number != number) bucket = {.number = number};
  ++bucket.passes;
  const int64_t milliseconds = finished.hold() / Duration(std::chrono::milliseconds(1));
  if (milliseconds == 0) return;
  ++bucket.timed;
  bucket.milliseconds += milliseconds;
}

void AegisBbr::on_busy_share(TimePoint now, double share) {
  if (now < next_look_) return;
  next_look_ = now + std::chrono::milliseconds(500);
  busy_ = static_cast<int64_t>(static_cast<double>(busy_) * 0.95 + share * 1000 * (1.0 - 0.95));
}

}  // namespace weir::simulator::rivals
