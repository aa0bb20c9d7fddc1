#pragma once

#include <array>
#include <atomic>
#include <optional>

#include "limiters/params.h"

// The places that there would be, and who would wait for one, if the limit were held to; of the
// whole process, and in dry run only. It does not know how long a place is held.
namespace weir::limiters {

// Safe from any thread, never blocks. Who waits is a number, for nobody does: whoever frees a place
// takes one of them for it, wherever that one came.
class DryPlaces {
 public:
  // False when `limit` are taken.
  [[nodiscard]] bool take(int limit) noexcept {
    int seen = taken_.load();
    while (seen < limit)
      if (taken_.compare_exchange_weak(seen, seen + 1)) return true;
    return false;
  }
  void take_anyway() noexcept { taken_.fetch_add(1); }
  void give_back() noexcept { taken_.fetch_sub(1); }
  int taken() const noexcept { return taken_.load(); }

  void join(size_t rank) noexcept { waiting_[rank].fetch_add(1); }
  // False when none of that rank waits.
  [[nodiscard]] bool leave(size_t rank) noexcept {
    int seen = waiting_[rank].load();
    while (seen > 0)
      if (waiting_[rank].compare_exchange_weak(seen, seen - 1)) return true;
    return false;
  }
  int waiting(size_t rank) const noexcept { return waiting_[rank].load(); }
  // As important or more so.
  int waiting_up_to(size_t rank) const noexcept {
    int sum = 0;
    for (size_t i = 0; i <= rank; ++i) sum += waiting(i);
    return sum;
  }
  // Of the most important who wait.
  std::optional<size_t> first_rank() const noexcept {
    for (size_t rank = 0; rank < kRanks; ++rank)
      if (waiting(rank) > 0) return rank;
    return std::nullopt;
  }
  // Of the least important priority that waits, where one has `of_each` ranks; the first of them.
  std::optional<size_t> first_of_least(size_t of_each) const noexcept {
    for (size_t end = kRanks; end > 0; end -= of_each)
      for (size_t rank = end - of_each; rank < end; ++rank)
        if (waiting(rank) > 0) return rank;
    return std::nullopt;
  }

  // So many a second would be done if all places were taken; 0: not known.
  void publish_per_second(double per_second) noexcept {
    per_second_.store(per_second, std::memory_order_relaxed);
  }
  double per_second() const noexcept { return per_second_.load(std::memory_order_relaxed); }

 private:
  alignas(64) std::atomic<int> taken_{0};
  std::array<std::atomic<int>, kRanks> waiting_{};
  std::atomic<double> per_second_{0};
};

}  // namespace weir::limiters
