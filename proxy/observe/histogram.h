#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Counts in classic buckets: written by one thread, read by any; it does not know the unit.
namespace weir::observe {

// Upper bounds of the buckets, ascending; the last bucket has none.
inline constexpr std::array kSecondsBounds{50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3,
                                           10e-3, 20e-3,  50e-3,  0.1,    0.2,  0.5,  1.0,
                                           2.0,   5.0,    10.0,   20.0,   60.0};
inline constexpr std::array kRetryBounds{1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 300.0};

struct HistogramTotals {
  std::vector<uint64_t> counts;  // per bucket, one more than bounds
  double sum = 0;

  uint64_t count() const;
  void add(const HistogramTotals& other);
  // What came since `before`.
  HistogramTotals since(const HistogramTotals& before) const;
  // Where the share `q` of all values lies below, by straight lines inside buckets; 0 when empty.
  double quantile(double q, std::span<const double> bounds) const;
};

template <size_t kBounds>
class Histogram {
 public:
  explicit Histogram(const std::array<double, kBounds>& bounds) : bounds_(bounds) {}

  // Its one writer only.
  void observe(double value) noexcept {
    const auto place = static_cast<size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) -
                                           bounds_.begin());
    raise(counts_[place], uint64_t{1});
    raise(sum_, value);
  }
  HistogramTotals read() const {
    HistogramTotals totals;
    for (const auto& count : counts_)
      totals.counts.push_back(count.load(std::memory_order_relaxed));
    totals.sum = sum_.load(std::memory_order_relaxed);
    return totals;
  }

 private:
  template <typename T>
  static void raise(std::atomic<T>& total, T by) {
    total.store(total.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  const std::array<double, kBounds>& bounds_;
  std::array<std::atomic<uint64_t>, kBounds + 1> counts_{};
  std::atomic<double> sum_{0};
};

}  // namespace weir::observe
