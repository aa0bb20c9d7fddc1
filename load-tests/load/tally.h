#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "load-tests/load/histogram.h"

// What became of the requests, counted; it does not know how they were sent.
namespace weir::load {

enum class Outcome : uint8_t {
  kOk,      // 2xx and 3xx
  kShed,    // 503 and 429
  kFailed,  // any other answer
  kError,   // no answer: connect, reset, garbled
  kTimeout
};

Outcome outcome_of(int status);

// Values of Retry-After, in seconds.
struct RetryAfter {
  uint64_t seen = 0;
  uint64_t sum = 0;
  uint32_t least = 0;
  uint32_t most = 0;

  void record(uint32_t seconds);
  void add(const RetryAfter& other);
  double mean() const {
    return seen == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(seen);
  }
};

// Each request counts where it was due, whenever it ended. Latency runs from the moment it was due,
// of one made again from when it first was.
struct Tally {
  Duration length{};  // of the time in which they were due
  uint64_t due = 0;
  uint64_t retries = 0;  // of those due: made again after a shed
  uint64_t ok = 0;
  uint64_t good = 0;  // ok, and within the objective
  uint64_t shed = 0;
  uint64_t failed = 0;
  uint64_t errors = 0;
  uint64_t timeouts = 0;
  Histogram ok_latency;
  Histogram shed_latency;
  RetryAfter retry_after;

  void record(Outcome outcome, Duration latency, Duration objective);
  void add(const Tally& other);
  double per_second(uint64_t requests) const;
};

// What happened in one tenth of a second: requests by the moment they were due, the rest by the
// moment it ended.
struct Slice {
  uint64_t due = 0;
  uint64_t ok = 0;
  uint64_t good = 0;
  uint64_t shed = 0;
  uint64_t failed = 0;     // errors and timeouts too
  uint64_t in_flight = 0;  // at its end, as far as it has come
  Duration p50{};          // of ok
  Duration p99{};
};

class Series {
 public:
  static constexpr Duration kSlice = std::chrono::milliseconds(100);

  void due(Duration at);
  // `now` never goes back.
  void ended(Duration now, Outcome outcome, Duration latency, Duration objective,
             uint64_t in_flight);
  // The last ten whole slices taken together; of the quantiles the largest.
  Slice last_second() const;
  // Also fills in the quantiles of the last slice.
  const std::vector<Slice>& slices();

 private:
  Slice& at(Duration when);
  void close_current();

  std::vector<Slice> slices_;
  size_t current_ = 0;
  Histogram latency_;  // of the current slice
};

}  // namespace weir::load
