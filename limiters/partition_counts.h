#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

// What each partition of the callers asked of one loop, what it was granted, and how many places it
// holds; it does not know who they are, nor what is fair.
namespace weir::limiters {

// Written by one loop only, read by the regulator's; all relaxed.
class PartitionCounts {
 public:
  struct Totals {
    // Only grow; the reader subtracts what it read last time.
    double arrived = 0;
    double granted = 0;
    // Now, from the grant until the place goes on, whatever it is waited for meanwhile.
    double held = 0;

    Totals& operator+=(const Totals& other) {
      arrived += other.arrived;
      granted += other.granted;
      held += other.held;
      return *this;
    }
  };

  // `cells`: see QueueParams::cells(); 0: nothing is counted.
  explicit PartitionCounts(size_t cells);
  void arrived(size_t cell) noexcept;
  void granted(size_t cell) noexcept;
  // One that was granted before has a place again.
  void held_again(size_t cell) noexcept;
  // A place that was granted goes on.
  void given_back(size_t cell) noexcept;
  Totals read(size_t cell) const noexcept;

 private:
  struct Cell {
    std::atomic<double> arrived{0}, granted{0}, held{0};
  };
  std::unique_ptr<Cell[]> of_;
};

}  // namespace weir::limiters
