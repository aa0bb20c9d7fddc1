#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "limiters/timeline.h"

// Counts latencies finely enough for quantiles that people look at; it does not know whose they
// are.
namespace weir::observe {

// Sixteen cells to each doubling, so that a value is known to within a sixteenth, from 1 µs to
// 137 s; what is longer counts as that. Written by one thread, read by any; relaxed, since figures
// order nothing.
class LatencyGrid {
 public:
  static constexpr size_t kCells = 384;
  using Totals = std::array<uint64_t, kCells>;

  // Its one writer only.
  void add(limiters::Duration latency) noexcept {
    auto& cell = cells_[cell_of(latency)];
    cell.store(cell.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void add_to(Totals& sum) const noexcept {
    for (size_t i = 0; i < kCells; ++i) sum[i] += cells_[i].load(std::memory_order_relaxed);
  }

  // Where the share `q` of what came between the two readings lies below; 0 when nothing came.
  static limiters::Duration quantile(const Totals& before, const Totals& now, double q) noexcept;

 private:
  static constexpr int kUnitBits = 10;  // the finest cell is 1024 ns wide
  static constexpr int kStepBits = 4;
  static constexpr uint64_t kSteps = uint64_t{1} << kStepBits;

  static size_t cell_of(limiters::Duration latency) noexcept {
    const auto units =
        static_cast<uint64_t>(std::max<limiters::Duration::rep>(latency.count(), 0)) >> kUnitBits;
    if (units < kSteps) return units;
    const int doublings = std::bit_width(units) - 1 - kStepBits;
    const uint64_t cell = (static_cast<uint64_t>(doublings) << kStepBits) + (units >> doublings);
    return std::min<uint64_t>(cell, kCells - 1);
  }
  // The lower edge of a cell; of the cell behind the last one, too.
  static limiters::Duration edge(size_t cell) noexcept {
    if (cell < kSteps) return limiters::Duration(static_cast<int64_t>(cell) << kUnitBits);
    const auto doublings = (cell >> kStepBits) - 1;
    return limiters::Duration(static_cast<int64_t>(cell - (doublings << kStepBits))
                              << (doublings + kUnitBits));
  }

  std::array<std::atomic<uint64_t>, kCells> cells_{};
};

}  // namespace weir::observe
