#pragma once

#include <cstdint>
#include <vector>

#include "limiters/timeline.h"

// How often which latency was seen, at a relative error below 1 %; it does not know of what.
namespace weir::load {

using limiters::Duration;
using limiters::TimePoint;

// Log-linear: each power of two of nanoseconds is cut into 128 equal buckets, so a bucket is at
// most 1/128 of its value wide and its middle at most 0.4 % off.
class Histogram {
 public:
  // Less than 0 counts as 0, more than an hour as an hour.
  void record(Duration latency);
  void add(const Histogram& other);
  void clear();

  uint64_t count() const { return count_; }
  // Exact. 0 when empty.
  Duration max() const { return max_; }
  // Exact. 0 when empty.
  Duration mean() const;
  // The least value that at least `share` of all are not above; `share` in [0, 1]. 0 when empty.
  Duration quantile(double share) const;

 private:
  static constexpr int kCutBits = 7;
  static size_t bucket_of(uint64_t nanoseconds);
  static uint64_t middle_of(size_t bucket);

  std::vector<uint64_t> buckets_;  // grows with the largest value
  uint64_t count_ = 0;
  Duration sum_{};
  Duration max_{};
};

}  // namespace weir::load
