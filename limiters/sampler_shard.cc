#include "limiters/sampler_shard.h"

namespace weir::limiters {
namespace {

// A single writer needs no read-modify-write.
void raise(std::atomic<double>& total, double by) {
  total.store(total.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace

void SamplerShard::add(const Sample& sample, Age age) noexcept {
  raise(finished_[static_cast<size_t>(sample.outcome)], 1);
  if (sample.outcome != Outcome::kSuccess || age == Age::kStale) return;
  const double seconds = to_seconds(sample.latency);
  AtomicLevel& level = levels_[level_of(sample.in_flight)];
  raise(level.count, 1);
  raise(level.sum_seconds, seconds);
  raise(level.sum_squares, seconds * seconds);
}

SamplerShard::Totals SamplerShard::read() const noexcept {
  Totals totals;
  for (size_t i = 0; i < kOutcomes; ++i)
    totals.finished[i] = finished_[i].load(std::memory_order_relaxed);
  for (size_t i = 0; i < kLevels; ++i) {
    const AtomicLevel& level = levels_[i];
    totals.levels[i] = {level.count.load(std::memory_order_relaxed),
                        level.sum_seconds.load(std::memory_order_relaxed),
                        level.sum_squares.load(std::memory_order_relaxed)};
  }
  return totals;
}

}  // namespace weir::limiters
