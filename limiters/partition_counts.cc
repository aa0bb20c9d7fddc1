#include "limiters/partition_counts.h"

namespace weir::limiters {
namespace {

// A single writer needs no read-modify-write.
void raise(std::atomic<double>& total, double by) {
  total.store(total.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace

PartitionCounts::PartitionCounts(size_t cells)
    : cells_(cells), of_(cells > 0 ? new Cell[cells] : nullptr) {}

void PartitionCounts::arrived(size_t cell) noexcept { raise(of_[cell].arrived, 1); }

void PartitionCounts::answered(size_t cell, Duration latency) noexcept {
  raise(of_[cell].answered, 1);
  raise(of_[cell].seconds, to_seconds(latency));
}

PartitionCounts::Totals PartitionCounts::read(size_t cell) const noexcept {
  const Cell& of = of_[cell];
  return {.arrived = of.arrived.load(std::memory_order_relaxed),
          .answered = of.answered.load(std::memory_order_relaxed),
          .seconds = of.seconds.load(std::memory_order_relaxed)};
}

}  // namespace weir::limiters
