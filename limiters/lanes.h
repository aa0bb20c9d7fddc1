#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "limiters/wait_queue.h"

// Those who wait at one gate, a queue for each priority; it does not know how long is too long.
namespace weir::limiters {

class Lanes {
 public:
  // The most important first; one at least, kPriorities at most.
  explicit Lanes(std::vector<std::unique_ptr<WaitQueue>> lanes);

  size_t priorities() const { return lanes_.size(); }
  // The priority that it has here: what there is no lane for is as important as the last.
  uint8_t priority_of(const Arrival& arrival) const;
  void push(Waiter& waiter, const Arrival& arrival, TimePoint now);
  void remove(Waiter& waiter);
  // It is about to get its place: its lane has had its turn.
  void note_turn(const Waiter& waiter);
  // Who runs next, still waiting: the most important first, but one in kFloor of the least
  // important, so that they are slow and not forgotten; null when nobody waits. Of one priority the
  // oldest, or, where `standing`, the newest.
  using Standing = std::array<bool, kPriorities>;
  Waiter* next(const Standing& standing) const;
  static constexpr uint64_t kFloor = 100;
  // Of the most important who wait; kPriorities when nobody does.
  size_t first_priority() const;
  // Somebody waits who is as important or more so.
  bool waits_before(uint8_t priority) const;
  size_t size() const;
  const WaitQueue& of(uint8_t priority) const { return *lanes_[priority]; }

  // As in WaitQueue, with a bound for each priority.
  using Bounds = std::array<Duration, kPriorities>;
  Waiter* expired(TimePoint now, const Bounds& bounds) const;

 private:
  std::vector<std::unique_ptr<WaitQueue>> lanes_;
  uint64_t turns_ = 0;  // while more than one lane had somebody
};

}  // namespace weir::limiters
