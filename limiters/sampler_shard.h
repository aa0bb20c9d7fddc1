#pragma once

#include <array>
#include <atomic>

#include "limiters/cohort.h"
#include "limiters/level.h"
#include "limiters/params.h"
#include "limiters/partition_counts.h"
#include "limiters/sample.h"

// One loop's measurements: written by that loop only, read by the regulator's; it draws no
// conclusions.
namespace weir::limiters {

// All relaxed: a sample that is read half-counted is put right by the next look. A cache line of
// its own, because its writer is busy.
class alignas(64) SamplerShard {
 public:
  // Totals that only grow; the reader subtracts what it read last time.
  struct Totals {
    std::array<double, kRanks> arrived{};  // asked for a place
    double turned_away = 0;                // of these, at once or after a wait
    std::array<double, kOutcomes> answered{};
    double broken_off = 0;  // failures that had been answered before, and are counted as such, too
    double waiting = 0;     // of those in any cohort, who have no answer yet,
    double waited_seconds = 0;  // for how long those had waited, together, who wait no more, as far
                                // as it is remembered (passed_over.h),
    double waited_squares = 0;  // and the squares of these times, all of them
  };
  struct CohortTotals : CohortCounts {
    std::array<Level, kLevels> levels{};       // successes, by number in flight
    std::array<double, kLevels> over_quota{};  // who was over quota, too

    CohortTotals& operator+=(const CohortTotals& other) noexcept;
  };
  // Of the last so many cohorts; who is answered later than that is not in any.
  static constexpr Cohort kCohorts = 8;

  // `cells`: see QueueParams::cells().
  explicit SamplerShard(size_t cells = 0) : partitions_(cells) {}

  void arrived(size_t rank = 0) noexcept;
  void turned_away() noexcept;
  void granted(Cohort cohort) noexcept;
  // One that was granted is in that cohort no more.
  void withdrawn(Cohort cohort) noexcept;
  // The response head has come, or it never will.
  void answered(const Sample& sample, Cohort cohort) noexcept;
  // One waits for the service no more; of his waiting so much is remembered.
  void waited(double seconds, double remembered_seconds) noexcept;
  // An answer that had begun ended so; only what went wrong is news.
  void cut_short(Outcome outcome) noexcept;
  Totals read() const noexcept;
  CohortTotals read(Cohort cohort) const noexcept;
  // The same without the levels, which are thirty times as much to read.
  CohortCounts count(Cohort cohort) const noexcept;
  PartitionCounts& partitions() noexcept { return partitions_; }
  const PartitionCounts& partitions() const noexcept { return partitions_; }

 private:
  struct AtomicLevel {
    std::atomic<double> count{0}, sum_seconds{0}, sum_squares{0}, sum_in_flight{0};
    std::atomic<double> sum_logs{0}, sum_log_squares{0}, sum_products{0};
  };
  struct Slot {
    std::atomic<Cohort> cohort{0};
    std::atomic<double> granted{0}, answered{0}, refused{0}, left{0}, left_seconds{0};
    std::atomic<double> timed_out{0}, timed_out_seconds{0};
    std::array<AtomicLevel, kLevels> levels;
    std::array<std::atomic<double>, kLevels> over_quota{};
  };

  std::array<std::atomic<double>, kRanks> arrived_{};
  std::atomic<double> turned_away_{0};
  std::array<std::atomic<double>, kOutcomes> answered_{};
  std::atomic<double> broken_off_{0};
  std::atomic<double> waiting_{0}, waited_seconds_{0}, waited_squares_{0};
  std::array<Slot, kCohorts> slots_;
  PartitionCounts partitions_;
};

}  // namespace weir::limiters
