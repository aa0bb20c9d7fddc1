#pragma once

#include "limiters/wait_queue.h"

// First come, first served; it does not know how long is too long.
namespace weir::limiters {

class FifoQueue final : public WaitQueue {
 public:
  void push(Waiter& waiter, const Arrival& arrival, TimePoint now) override;
  Waiter* next() const override { return first_; }
  // Arrivals are in order, so the first has waited longest; deadlines of their own are looked at
  // when a waiter is first.
  Waiter* expired(TimePoint now, Duration bound) const override;
  void remove(Waiter& waiter) override;
  std::optional<TimePoint> next_expiry(Duration bound) const override;
  size_t size() const override { return size_; }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  size_t size_ = 0;
};

}  // namespace weir::limiters
