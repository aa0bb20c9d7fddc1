#include "limiters/partition_counts.h"

#include "limiters/single_writer.h"

namespace weir::limiters {

PartitionCounts::PartitionCounts(size_t cells) : of_(cells > 0 ? new Cell[cells] : nullptr) {}

void PartitionCounts::arrived(size_t cell) noexcept { raise(of_[cell].arrived, 1); }

void PartitionCounts::granted(size_t cell) noexcept {
  raise(of_[cell].granted, 1);
  raise(of_[cell].held, 1);
}

void PartitionCounts::held_again(size_t cell) noexcept { raise(of_[cell].held, 1); }

void PartitionCounts::given_back(size_t cell) noexcept { raise(of_[cell].held, -1); }

PartitionCounts::Totals PartitionCounts::read(size_t cell) const noexcept {
  const Cell& of = of_[cell];
  return {.arrived = of.arrived.load(std::memory_order_relaxed),
          .granted = of.granted.load(std::memory_order_relaxed),
          .held = of.held.load(std::memory_order_relaxed)};
}

}  // namespace weir::limiters
