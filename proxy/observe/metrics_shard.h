#pragma once

#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "proxy/exchange/ending.h"
#include "proxy/observe/histogram.h"
#include "proxy/observe/latency_grid.h"

// What one worker has counted: written by its loop, read by whoever shows it; it does not know the
// names under which it is shown.
namespace weir::observe {

// Counts only grow, but for who is inside now. Relaxed: figures that order nothing.
class alignas(64) MetricsShard {
 public:
  static constexpr size_t kClasses = 6;   // by hundreds of the status; 0: nothing was sent
  static constexpr size_t kVersions = 3;  // h1.0, h1.1, unreadable

  // `overload_statuses`: of the service's answers, those which say that too much was sent to it.
  explicit MetricsShard(std::vector<int> overload_statuses = {503, 504})
      : overload_statuses_(std::move(overload_statuses)) {}

  void record(const exchange::ExchangeFacts& facts) noexcept;
  // So many more are inside as that.
  void placeless(exchange::Placeless as, int more) noexcept {
    std::atomic<int>& inside = placeless_[static_cast<size_t>(as)];
    inside.store(inside.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  // How requests ended: T counts, or is what was counted.
  template <typename T>
  struct Ended {
    std::array<T, exchange::kEndings> endings{};
    std::array<T, exchange::kStages> client_left{};  // by where they stood
  };
  struct Totals {
    std::array<std::array<uint64_t, kVersions>, kClasses> requests{};
    Ended<uint64_t> limited, exempt;  // by whether they passed by the limiter
    std::array<uint64_t, limiters::kRejections> enforced{}, dry_run{};
    // By priority: that asked for a place, and of these those that were turned away.
    std::array<uint64_t, limiters::kPriorities> asked{}, turned_away{};
    std::array<int, exchange::kPlacelessKinds> placeless{};  // now
    uint64_t retried = 0;
    uint64_t overload_answers = 0;  // of the service
    HistogramTotals backend, request, queue_wait, retry_after;
    LatencyGrid::Totals served_latency{};

    void add(const Totals& other);
    uint64_t rejected() const;  // enforced
    uint64_t ended(exchange::Ending how) const {
      const auto place = static_cast<size_t>(how);
      return limited.endings[place] + exempt.endings[place];
    }
    int inside(exchange::Placeless as) const { return placeless[static_cast<size_t>(as)]; }
  };
  Totals read() const;

 private:
  using Counter = std::atomic<uint64_t>;
  static void count(Counter& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  const std::vector<int> overload_statuses_;
  std::array<std::array<Counter, kVersions>, kClasses> requests_{};
  Ended<Counter> limited_, exempt_;
  std::array<Counter, limiters::kRejections> enforced_{}, dry_run_{};
  std::array<Counter, limiters::kPriorities> asked_{}, turned_away_{};
  std::array<std::atomic<int>, exchange::kPlacelessKinds> placeless_{};
  Counter retried_{0}, overload_answers_{0};
  Histogram<kSecondsBounds.size()> backend_{kSecondsBounds};
  Histogram<kSecondsBounds.size()> request_{kSecondsBounds};
  Histogram<kSecondsBounds.size()> queue_wait_{kSecondsBounds};
  Histogram<kRetryBounds.size()> retry_after_{kRetryBounds};
  LatencyGrid served_latency_;
};

}  // namespace weir::observe
