#include "limiters/ranks.h"

#include <algorithm>

namespace weir::limiters {

Ranks::Ranks(size_t ranks, const PermitPool& pool)
    : pool_(pool),
      priorities_(ranks / pool.ranks_of_each_priority()),
      credit_(pool.cells(), 0.5F) {}

Ranked Ranks::of(const Arrival& arrival) {
  const size_t priority = std::min<size_t>(arrival.priority, priorities_ - 1);
  if (credit_.empty()) return {.rank = static_cast<uint8_t>(priority), .cell = kNoCell};
  const size_t cell = cell_of(priority, arrival.partition);
  float& credit = credit_[cell];
  credit += pool_.within_share(cell);
  const bool is_within = credit >= 1;
  if (is_within) credit -= 1;
  return {
      .rank = static_cast<uint8_t>(priority * pool_.ranks_of_each_priority() + (is_within ? 0 : 1)),
      .cell = static_cast<uint16_t>(cell)};
}

std::optional<Rejection> Ranks::turned_away(uint8_t rank, int waiting) const {
  if (pool_.max_waiting() == 0) return Rejection::kLimit;
  if (waiting >= pool_.most_waiting(rank))
    return over_share(rank) ? Rejection::kOverShare : Rejection::kShed;
  if (waiting >= pool_.max_waiting()) return Rejection::kQueueFull;
  return std::nullopt;
}

}  // namespace weir::limiters
