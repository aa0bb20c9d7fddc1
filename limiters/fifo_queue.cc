#include "limiters/fifo_queue.h"

#include <algorithm>

namespace weir::limiters {

void FifoQueue::push(Waiter& waiter, const Arrival& arrival, TimePoint now) {
  waiter.since_ = now;
  waiter.deadline_ = arrival.deadline;
  waiter.before_ = last_;
  waiter.behind_ = nullptr;
  (last_ == nullptr ? first_ : last_->behind_) = &waiter;
  last_ = &waiter;
  ++size_;
}

Waiter* FifoQueue::expired(TimePoint now, Duration bound) const {
  if (first_ == nullptr) return nullptr;
  return now >= std::min(first_->since_ + bound, first_->deadline_) ? first_ : nullptr;
}

void FifoQueue::remove(Waiter& waiter) {
  (waiter.before_ == nullptr ? first_ : waiter.before_->behind_) = waiter.behind_;
  (waiter.behind_ == nullptr ? last_ : waiter.behind_->before_) = waiter.before_;
  waiter.before_ = waiter.behind_ = nullptr;
  --size_;
}

std::optional<TimePoint> FifoQueue::next_expiry(Duration bound) const {
  if (first_ == nullptr) return std::nullopt;
  return std::min(first_->since_ + bound, first_->deadline_);
}

}  // namespace weir::limiters
