#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "limiters/timeline.h"

// What the limiters can be told, as plain values with every default visible; it does not know where
// they come from.
namespace weir::limiters {

enum class Algorithm : uint8_t { kFixed, kAimd, kVegas, kGradient, kGradient2, kKnee };

// The operator's number.
struct FixedParams {
  int limit = 20;
};

// Additive increase, multiplicative decrease on loss; a success slower than `timeout` counts as a
// loss.
struct AimdParams {
  Duration timeout = std::chrono::seconds(5);
  double backoff_ratio = 0.9;  // [0.5, 1)
};

// Queue estimate from the latency at low load.
struct VegasParams {
  int probe_multiplier = 30;  // how many times `limit` samples a baseline lives, [1, 1000]
};

// Current latency against the baseline.
struct GradientParams {
  double tolerance = 1.25;  // how much slower than the baseline is still healthy, [1, 10]
  double smoothing = 0.2;   // share of each new value in the limit, (0, 1]
};

// Current latency against a long average of itself.
struct Gradient2Params {
  double tolerance = 1.5;  // how much slower than the average is still healthy, [1, 10]
  double smoothing = 0.2;  // share of each new value in the limit, (0, 1]
  int long_window = 600;   // windows in the average, [1, 100000]
  int allowance = 4;       // requests that may queue in the service, [0, 1000]
};

struct LimiterParams {
  Algorithm algorithm = Algorithm::kKnee;
  int initial_limit = 20;  // a hint; adaptive algorithms find the right one from any start
  int min_limit = 1;
  int max_limit = 1000;
  bool dry_run = false;  // count what would be shed, shed nothing
  FixedParams fixed;
  AimdParams aimd;
  VegasParams vegas;
  GradientParams gradient;
  Gradient2Params gradient2;
};

// Ranks are the queues of a gate, few because each has its own load: one for each priority, or,
// where callers share by partition, two, first for what is within its partition's fair share.
inline constexpr size_t kRanks = 8;
inline constexpr size_t ranks_of_each(bool partitioned) { return partitioned ? 2 : 1; }
inline constexpr size_t kPriorities = kRanks / ranks_of_each(false);
inline constexpr size_t kPartitionedPriorities = kRanks / ranks_of_each(true);

// Partitions are told apart by a hash, so that two may be taken for one.
inline constexpr size_t kPartitions = 1024;
// What one partition asks for of one priority; its place in a table of all.
inline constexpr size_t cell_of(size_t priority, size_t partition) {
  return priority * kPartitions + partition % kPartitions;
}
inline constexpr uint16_t kNoCell = UINT16_MAX;

struct QueueParams {
  std::optional<Duration> max_wait;  // none: follows the baseline latency
  std::optional<int> max_waiting;    // of each priority; none: room for a burst; 0: no queue
  size_t priorities = 1;             // so many are in use, [1, kPriorities]
  bool partitioned = false;          // callers share by partition; kPartitionedPriorities at most

  size_t ranks() const { return priorities * ranks_of_each(partitioned); }
  size_t cells() const { return partitioned ? priorities * kPartitions : 0; }
};

struct RetryAfterParams {
  Duration min = std::chrono::seconds(1);   // at least one second
  Duration max = std::chrono::seconds(30);  // at least min
};

}  // namespace weir::limiters
