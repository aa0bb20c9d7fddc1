#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>

#include "limiters/cohort.h"
#include "limiters/dry_places.h"
#include "limiters/params.h"
#include "limiters/timeline.h"

// How many requests may be at the service at once, for the whole process; it knows no queue order,
// no clock and no request.
namespace weir::limiters {

// Safe from any thread, never blocks. Outlives every gate and the regulator. take(), give_back(),
// publish_limit(), join(), join_again() and gate_to_wake() are sequentially consistent: of a giver
// and a joiner that cross, one sees the other.
class PermitPool {
 public:
  // `cells`: see QueueParams::cells().
  PermitPool(int gates, int limit, int max_waiting, size_t cells = 0);

  // The number in flight with this one; none when the limit is reached. In flight never exceeds the
  // limit that was read in the same attempt.
  [[nodiscard]] std::optional<int> take() noexcept;
  // Dry run: counted, not limited.
  int take_anyway() noexcept;
  // Frees one place; the caller then serves its own queue or asks gate_to_wake().
  void give_back() noexcept;
  // So many more have stepped aside for now.
  void note_aside(int more) noexcept { aside_.fetch_add(more, std::memory_order_relaxed); }
  int aside() const noexcept { return aside_.load(std::memory_order_relaxed); }
  // Until then the service is taken for one that works on heads.
  void note_works_on_heads(TimePoint until) noexcept {
    works_on_heads_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }
  TimePoint works_on_heads_until() const noexcept {
    return TimePoint(Duration(works_on_heads_until_.load(std::memory_order_relaxed)));
  }
  // So many more places are in use by nobody: whom the service refused holds his for a while.
  void note_held(int more) noexcept { held_.fetch_add(more, std::memory_order_relaxed); }

  // One more waiter behind this gate; false when as many of its rank wait as may, in the whole
  // process, and `beyond` more: no flood of others may fill its queue.
  [[nodiscard]] bool join(int gate, size_t rank = 0, int beyond = 0) noexcept;
  // The same of one who had a place before: never refused, and in nobody's way who comes for his
  // first; it leaves by leave_again().
  void join_again(int gate, size_t rank) noexcept;
  void leave_again(int gate, size_t rank) noexcept;
  // One waiter less: served, rejected or gone.
  void leave(int gate, size_t rank = 0) noexcept;
  // The gate whose waiters are the most important; of several the next after `from`, in a ring, so
  // that `from` itself comes last. Only those who are more important than `than`.
  std::optional<int> gate_to_wake(int from, size_t than = kRanks) const noexcept;
  // The same, of the least important priority that waits, within a fair share first.
  std::optional<int> gate_of_least(int from) const noexcept;

  int limit() const noexcept { return limit_.load(); }
  int in_flight() const noexcept { return in_flight_.load(); }
  int held() const noexcept { return held_.load(std::memory_order_relaxed); }
  // In flight without the places that are only held.
  int at_service() const noexcept { return std::max(0, in_flight() - held()); }
  int waiting() const noexcept { return waiting_.load(); }
  // With those who return,
  int all_waiting(size_t rank) const noexcept;
  // and without.
  int waiting(size_t rank) const noexcept {
    return of_[rank].waiting.load(std::memory_order_relaxed);
  }
  int max_waiting() const noexcept { return max_waiting_.load(std::memory_order_relaxed); }
  int gates() const noexcept { return gates_; }

  // ---- what the regulator tells the gates ----

  // A lower limit takes nothing back, places drain away.
  void publish_limit(int limit) noexcept { limit_.store(limit); }
  // What is granted from now on belongs to it.
  void publish_cohort(Cohort cohort) noexcept { cohort_.store(cohort, std::memory_order_relaxed); }
  Cohort cohort() const noexcept { return cohort_.load(std::memory_order_relaxed); }
  void publish_max_waiting(int max_waiting) noexcept { max_waiting_.store(max_waiting); }
  // How many requests the service finishes per second; 0: not known.
  void publish_per_second(double per_second) noexcept {
    per_second_.store(per_second, std::memory_order_relaxed);
  }
  // How long, and how many, may wait for a place now.
  void publish_queue(Duration longest_wait, int most_waiting, size_t rank = 0) noexcept;
  Duration longest_wait(size_t rank = 0) const noexcept {
    return Duration(of_[rank].longest_wait.load(std::memory_order_relaxed));
  }
  int most_waiting(size_t rank = 0) const noexcept {
    return of_[rank].most_waiting.load(std::memory_order_relaxed);
  }
  // More is asked for than can be done, so its queue is kept short; somebody's is.
  bool standing(size_t rank) const noexcept {
    return most_waiting(rank) < std::numeric_limits<int>::max();
  }
  bool standing() const noexcept;

  double per_second() const noexcept { return per_second_.load(std::memory_order_relaxed); }
  // Latency of the service when it is not full; 0: not known.
  void publish_baseline(Duration baseline) noexcept {
    baseline_.store(baseline.count(), std::memory_order_relaxed);
  }
  // How long the place of one whom the service refuses is kept from the others, from its grant on.
  void publish_refused_hold(Duration hold) noexcept {
    refused_hold_.store(hold.count(), std::memory_order_relaxed);
  }
  Duration refused_hold() const noexcept {
    return Duration(refused_hold_.load(std::memory_order_relaxed));
  }
  Duration baseline() const noexcept { return Duration(baseline_.load(std::memory_order_relaxed)); }

  // How long waiting for an answer is remembered.
  void publish_waiting_memory(Duration memory) noexcept {
    waiting_memory_.store(memory.count(), std::memory_order_relaxed);
  }
  Duration waiting_memory() const noexcept {
    return Duration(waiting_memory_.load(std::memory_order_relaxed));
  }

  // Of what a cell asks for, what is within its fair share, [0, 1].
  size_t cells() const noexcept { return cells_; }
  size_t ranks_of_each_priority() const noexcept { return ranks_of_each(cells_ > 0); }
  void publish_within_share(size_t cell, float within) noexcept {
    within_share_[cell].store(within, std::memory_order_relaxed);
  }
  float within_share(size_t cell) const noexcept {
    return within_share_[cell].load(std::memory_order_relaxed);
  }

  // ---- what the gates tell each other and the regulator ----

  // Somebody had to wait or was turned away.
  void note_limited() noexcept { limited_.store(true, std::memory_order_relaxed); }
  bool take_limited() noexcept { return limited_.exchange(false, std::memory_order_relaxed); }
  // Highest in flight since the last call; the regulator's alone.
  int take_peak() noexcept { return peak_.exchange(in_flight(), std::memory_order_relaxed); }
  // Highest at_service() since it was last taken; whose alone that is who shows it.
  int peak_at_service() const noexcept { return peak_at_service_.load(std::memory_order_relaxed); }
  int take_peak_at_service() noexcept {
    return peak_at_service_.exchange(at_service(), std::memory_order_relaxed);
  }
  // What would be; nobody is in there unless it is a dry run.
  DryPlaces& dry() noexcept { return dry_; }
  const DryPlaces& dry() const noexcept { return dry_; }

 private:
  struct OfRank {
    std::atomic<int> waiting{0};
    std::atomic<int> most_waiting{std::numeric_limits<int>::max()};
    std::atomic<Duration::rep> longest_wait{Duration(std::chrono::seconds(5)).count()};
  };

  void note_taken(int in_flight) noexcept;
  std::optional<int> gate_with(size_t rank, int from) const noexcept;

  const int gates_;
  alignas(64) std::atomic<int> limit_;  // written by the regulator
  alignas(64) std::atomic<int> in_flight_{0};
  std::atomic<int> peak_{0}, peak_at_service_{0};
  alignas(64) std::atomic<int> waiting_{0};
  std::atomic<int> max_waiting_;
  std::atomic<bool> limited_{false};
  std::atomic<int> held_{0};
  std::atomic<int> aside_{0};
  std::atomic<Duration::rep> works_on_heads_until_{TimePoint::min().time_since_epoch().count()};
  std::atomic<Cohort> cohort_{1};
  std::atomic<double> per_second_{0};
  std::atomic<Duration::rep> baseline_{0};
  std::atomic<Duration::rep> refused_hold_{0};
  std::atomic<Duration::rep> waiting_memory_{Duration::max().count()};
  std::unique_ptr<std::array<std::atomic<int>, kRanks>[]> waiting_at_;  // per gate
  std::array<OfRank, kRanks> of_;
  const size_t cells_;
  std::unique_ptr<std::atomic<float>[]> within_share_;
  DryPlaces dry_;
};

}  // namespace weir::limiters
