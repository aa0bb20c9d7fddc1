#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "limiters/timeline.h"

// What each partition of the callers asked of one loop, and how long its requests were at the
// service; it does not know who they are, nor what is fair.
namespace weir::limiters {

// Written by one loop only, read by the regulator's; all relaxed.
class PartitionCounts {
 public:
  // Totals that only grow; the reader subtracts what it read last time.
  struct Totals {
    double arrived = 0;
    double answered = 0;
    double seconds = 0;  // at the service, of those that were answered

    Totals& operator+=(const Totals& other) {
      arrived += other.arrived;
      answered += other.answered;
      seconds += other.seconds;
      return *this;
    }
  };

  // `cells`: see QueueParams::cells(); 0: nothing is counted.
  explicit PartitionCounts(size_t cells);
  size_t cells() const { return cells_; }
  void arrived(size_t cell) noexcept;
  void answered(size_t cell, Duration latency) noexcept;
  Totals read(size_t cell) const noexcept;

 private:
  struct Cell {
    std::atomic<double> arrived{0}, answered{0}, seconds{0};
  };
  size_t cells_;
  std::unique_ptr<Cell[]> of_;
};

}  // namespace weir::limiters
