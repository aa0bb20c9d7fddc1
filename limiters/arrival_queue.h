#pragma once

#include "limiters/wait_queue.h"

// A wait queue in the order in which they came; it does not know how long is too long.
namespace weir::limiters {

class ArrivalQueue final : public WaitQueue {
 public:
  void push(Waiter& waiter, const Arrival& arrival, TimePoint now) override;
  Waiter* oldest() const override { return oldest_; }
  Waiter* newest() const override { return newest_; }
  Duration newest_has_waited(TimePoint now) const override;
  // Looks at the oldest only; deadlines of others are looked at when their turn comes.
  Waiter* expired(TimePoint now, Duration bound) const override;
  void remove(Waiter& waiter) override;
  std::optional<TimePoint> next_expiry(Duration bound) const override;
  size_t size() const override { return size_; }

 private:
  Waiter* oldest_ = nullptr;
  Waiter* newest_ = nullptr;
  size_t size_ = 0;
};

}  // namespace weir::limiters
