#include "limiters/sampler_shard.h"

#include "limiters/single_writer.h"

namespace weir::limiters {

void SamplerShard::arrived(size_t rank) noexcept { raise(arrived_[rank], 1); }

void SamplerShard::turned_away() noexcept { raise(turned_away_, 1); }

void SamplerShard::granted(Cohort cohort) noexcept {
  Slot& slot = slots_[cohort % kCohorts];
  if (slot.cohort.load(std::memory_order_relaxed) != cohort) {
    slot.granted.store(0, std::memory_order_relaxed);
    slot.answered.store(0, std::memory_order_relaxed);
    slot.refused.store(0, std::memory_order_relaxed);
    slot.left.store(0, std::memory_order_relaxed);
    slot.left_seconds.store(0, std::memory_order_relaxed);
    slot.timed_out.store(0, std::memory_order_relaxed);
    slot.timed_out_seconds.store(0, std::memory_order_relaxed);
    for (AtomicLevel& level : slot.levels) {
      level.count.store(0, std::memory_order_relaxed);
      level.sum_seconds.store(0, std::memory_order_relaxed);
      level.sum_squares.store(0, std::memory_order_relaxed);
      level.sum_in_flight.store(0, std::memory_order_relaxed);
      level.sum_logs.store(0, std::memory_order_relaxed);
      level.sum_log_squares.store(0, std::memory_order_relaxed);
      level.sum_products.store(0, std::memory_order_relaxed);
    }
    for (auto& count : slot.over_quota) count.store(0, std::memory_order_relaxed);
    slot.cohort.store(cohort, std::memory_order_release);
  }
  raise(slot.granted, 1);
  raise(waiting_, 1);
}

void SamplerShard::withdrawn(Cohort cohort) noexcept {
  raise(waiting_, -1);
  Slot& slot = slots_[cohort % kCohorts];
  if (slot.cohort.load(std::memory_order_relaxed) == cohort) raise(slot.granted, -1);
}

void SamplerShard::answered(const Sample& sample, Cohort cohort) noexcept {
  raise(answered_[static_cast<size_t>(sample.outcome)], 1);
  raise(waiting_, -1);
  Slot& slot = slots_[cohort % kCohorts];
  if (slot.cohort.load(std::memory_order_relaxed) != cohort) return;
  if (sample.outcome == Outcome::kIgnored) return raise(slot.granted, -1);
  raise(slot.answered, 1);
  if (sample.outcome == Outcome::kOverload) raise(slot.refused, 1);
  if (sample.outcome == Outcome::kAbandoned || sample.outcome == Outcome::kTimedOut) {
    raise(slot.left, 1);
    raise(slot.left_seconds, to_seconds(sample.latency));
  }
  if (sample.outcome == Outcome::kTimedOut) {
    raise(slot.timed_out, 1);
    raise(slot.timed_out_seconds, to_seconds(sample.latency));
  }
  const size_t at = level_of(sample.in_flight);
  if (sample.outcome == Outcome::kOverQuota) raise(slot.over_quota[at], 1);
  if (sample.outcome != Outcome::kSuccess) return;
  const Level one = Level::of(to_seconds(sample.latency), sample.in_flight);
  AtomicLevel& level = slot.levels[at];
  raise(level.count, one.count);
  raise(level.sum_seconds, one.sum_seconds);
  raise(level.sum_squares, one.sum_squares);
  raise(level.sum_in_flight, one.sum_in_flight);
  raise(level.sum_logs, one.sum_logs);
  raise(level.sum_log_squares, one.sum_log_squares);
  raise(level.sum_products, one.sum_products);
}

void SamplerShard::waited(double seconds, double remembered_seconds) noexcept {
  raise(waited_seconds_, remembered_seconds);
  raise(waited_squares_, seconds * seconds);
}

void SamplerShard::cut_short(Outcome outcome) noexcept {
  const bool went_wrong = outcome == Outcome::kFailure || outcome == Outcome::kOverload ||
                          outcome == Outcome::kTimedOut;
  if (went_wrong) raise(answered_[static_cast<size_t>(outcome)], 1);
  if (outcome == Outcome::kFailure) raise(broken_off_, 1);
}

SamplerShard::Totals SamplerShard::read() const noexcept {
  Totals totals;
  for (size_t i = 0; i < kRanks; ++i)
    totals.arrived[i] = arrived_[i].load(std::memory_order_relaxed);
  totals.turned_away = turned_away_.load(std::memory_order_relaxed);
  totals.broken_off = broken_off_.load(std::memory_order_relaxed);
  totals.waiting = waiting_.load(std::memory_order_relaxed);
  totals.waited_seconds = waited_seconds_.load(std::memory_order_relaxed);
  totals.waited_squares = waited_squares_.load(std::memory_order_relaxed);
  for (size_t i = 0; i < kOutcomes; ++i)
    totals.answered[i] = answered_[i].load(std::memory_order_relaxed);
  return totals;
}

SamplerShard::CohortTotals& SamplerShard::CohortTotals::operator+=(
    const CohortTotals& other) noexcept {
  CohortCounts::operator+=(other);
  for (size_t i = 0; i < kLevels; ++i) {
    levels[i].add(other.levels[i]);
    over_quota[i] += other.over_quota[i];
  }
  return *this;
}

CohortCounts SamplerShard::count(Cohort cohort) const noexcept {
  const Slot& slot = slots_[cohort % kCohorts];
  if (slot.cohort.load(std::memory_order_acquire) != cohort) return {};
  return {slot.granted.load(std::memory_order_relaxed),
          slot.answered.load(std::memory_order_relaxed),
          slot.refused.load(std::memory_order_relaxed),
          slot.left.load(std::memory_order_relaxed),
          slot.left_seconds.load(std::memory_order_relaxed),
          slot.timed_out.load(std::memory_order_relaxed),
          slot.timed_out_seconds.load(std::memory_order_relaxed)};
}

SamplerShard::CohortTotals SamplerShard::read(Cohort cohort) const noexcept {
  CohortTotals totals{count(cohort), {}, {}};
  const Slot& slot = slots_[cohort % kCohorts];
  if (slot.cohort.load(std::memory_order_acquire) != cohort) return totals;
  for (size_t i = 0; i < kLevels; ++i) {
    totals.over_quota[i] = slot.over_quota[i].load(std::memory_order_relaxed);
    const AtomicLevel& level = slot.levels[i];
    if (level.count.load(std::memory_order_relaxed) <= 0) continue;
    totals.levels[i] = {level.count.load(std::memory_order_relaxed),
                        level.sum_seconds.load(std::memory_order_relaxed),
                        level.sum_squares.load(std::memory_order_relaxed),
                        level.sum_in_flight.load(std::memory_order_relaxed),
                        level.sum_logs.load(std::memory_order_relaxed),
                        level.sum_log_squares.load(std::memory_order_relaxed),
                        level.sum_products.load(std::memory_order_relaxed)};
  }
  return totals;
}

}  // namespace weir::limiters
