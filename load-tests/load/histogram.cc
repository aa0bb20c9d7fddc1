#include "load-tests/load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::load {

namespace {

constexpr Duration kMost = std::chrono::hours(1);

}  // namespace

// With k = kCutBits, a value v of b bits lies in octave o = max(0, b - k - 1); its bucket is
// o * 2^k + v / 2^o: below 2^(k+1) each value has a bucket of its own.
size_t Histogram::bucket_of(uint64_t nanoseconds) {
  const int octave = std::max(0, static_cast<int>(std::bit_width(nanoseconds)) - kCutBits - 1);
  return (static_cast<size_t>(octave) << kCutBits) + (nanoseconds >> octave);
}

uint64_t Histogram::middle_of(size_t bucket) {
  constexpr size_t kCuts = size_t{1} << kCutBits;
  if (bucket < 2 * kCuts) return bucket;
  const size_t octave = bucket / kCuts - 1;
  const uint64_t least = (bucket - octave * kCuts) << octave;
  return least + ((uint64_t{1} << octave) >> 1);
}

void Histogram::record(Duration latency) {
  latency = std::clamp(latency, Duration(0), kMost);
  const size_t bucket = bucket_of(static_cast<uint64_t>(latency.count()));
  if (bucket >= buckets_.size()) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  sum_ += latency;
  max_ = std::max(max_, latency);
}

void Histogram::add(const Histogram& other) {
  if (buckets_.size() < other.buckets_.size()) buckets_.resize(other.buckets_.size());
  for (size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() { *this = Histogram(); }

Duration Histogram::mean() const {
  return count_ == 0 ? Duration(0) : sum_ / static_cast<Duration::rep>(count_);
}

Duration Histogram::quantile(double share) const {
  const auto rank =
      std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share * static_cast<double>(count_))));
  uint64_t below = 0;
  for (size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    below += buckets_[bucket];
    if (below >= rank) return std::min(max_, Duration(middle_of(bucket)));
  }
  return max_;
}

}  // namespace weir::load
