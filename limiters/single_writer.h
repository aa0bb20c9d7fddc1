#pragma once

#include <atomic>

// Totals that one thread writes and others read; it does not know what they count.
namespace weir::limiters {

// A single writer needs no read-modify-write.
inline void raise(std::atomic<double>& total, double by) {
  total.store(total.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

}  // namespace weir::limiters
