#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "limiters/arrival_queue.h"
#include "limiters/wait_queue.h"

// Those who wait at one gate, a queue for each rank; it does not know how long is too long.
namespace weir::limiters {

class Lanes {
 public:
  // The most important first; one at least, kRanks at most. `of_each`: so many of them are one
  // priority's.
  explicit Lanes(std::vector<std::unique_ptr<WaitQueue>> lanes, size_t of_each = 1);

  size_t ranks() const { return lanes_.size(); }
  // `ranked.rank` is below ranks().
  void push(Waiter& waiter, const Ranked& ranked, const Arrival& arrival, TimePoint now);
  // One who had a place already: such are served in the order in which they have come, in turn with
  // the others of their rank, and never expire.
  void push_returning(Waiter& waiter, const Ranked& ranked, TimePoint now);
  void remove(Waiter& waiter);
  // It is about to get its place: its lane has had its turn.
  void note_turn(const Waiter& waiter);
  // Who runs next, still waiting: the most important first, but one in kFloor of the least
  // important, so that they are slow and not forgotten; null when nobody waits. Of one rank the
  // oldest, or, where `standing`, the newest.
  using Standing = std::array<bool, kRanks>;
  Waiter* next(const Standing& standing) const;
  static constexpr uint64_t kFloor = 100;
  // Of those who return, one in so many, for they have been let in.
  static constexpr uint64_t kReturningFloor = 10;
  // Of the most important who wait; kRanks when nobody does.
  size_t first_rank() const;
  // Somebody waits who is as important or more so.
  bool waits_before(uint8_t rank) const;
  size_t size() const;
  // Without those who return.
  const WaitQueue& of(uint8_t rank) const { return *lanes_[rank]; }

  // As in WaitQueue, with a bound for each rank.
  using Bounds = std::array<Duration, kRanks>;
  Waiter* expired(TimePoint now, const Bounds& bounds) const;

 private:
  size_t size_of(size_t rank) const { return lanes_[rank]->size() + returning_[rank].size(); }
  Waiter* first_of(size_t rank, const Standing& standing) const;
  Waiter* next_of_least(const Standing& standing) const;
  Waiter* least_returning() const;

  std::vector<std::unique_ptr<WaitQueue>> lanes_;
  std::vector<ArrivalQueue> returning_;  // of each
  size_t of_each_;
  bool returned_last_ = false;  // who was served last
  uint64_t turns_ = 0;          // while more than one lane had somebody
};

}  // namespace weir::limiters
