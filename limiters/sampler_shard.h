#pragma once

#include <array>
#include <atomic>

#include "limiters/sample.h"

// One loop's measurements: written by that loop only, read by the regulator's; it draws no
// conclusions.
namespace weir::limiters {

// Totals that only grow; the reader subtracts what it read last time. All relaxed: a sample that is
// read half-counted is put right by the next window. A cache line of its own, because its writer
// is busy.
class alignas(64) SamplerShard {
 public:
  struct Totals {
    std::array<double, kOutcomes> finished{};
    std::array<Level, kLevels> levels{};
  };

  // `fresh`: granted after the limit last changed. Only fresh successes show latency.
  enum class Age : bool { kStale, kFresh };
  void add(const Sample& sample, Age age) noexcept;
  Totals read() const noexcept;

 private:
  struct AtomicLevel {
    std::atomic<double> count{0}, sum_seconds{0}, sum_squares{0};
  };
  std::array<std::atomic<double>, kOutcomes> finished_{};
  std::array<AtomicLevel, kLevels> levels_;
};

}  // namespace weir::limiters
