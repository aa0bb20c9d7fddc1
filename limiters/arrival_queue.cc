#include "limiters/arrival_queue.h"

#include <algorithm>

namespace weir::limiters {

void ArrivalQueue::push(Waiter& waiter, const Arrival& arrival, TimePoint now) {
  waiter.since_ = now;
  waiter.deadline_ = arrival.deadline;
  waiter.before_ = newest_;
  waiter.behind_ = nullptr;
  (newest_ == nullptr ? oldest_ : newest_->behind_) = &waiter;
  newest_ = &waiter;
  ++size_;
}

Waiter* ArrivalQueue::expired(TimePoint now, Duration bound) const {
  const auto when = next_expiry(bound);
  return when && now >= *when ? oldest_ : nullptr;
}

void ArrivalQueue::remove(Waiter& waiter) {
  (waiter.before_ == nullptr ? oldest_ : waiter.before_->behind_) = waiter.behind_;
  (waiter.behind_ == nullptr ? newest_ : waiter.behind_->before_) = waiter.before_;
  waiter.before_ = waiter.behind_ = nullptr;
  --size_;
}

Duration ArrivalQueue::newest_has_waited(TimePoint now) const {
  return newest_ == nullptr ? Duration(0) : now - newest_->since_;
}

std::optional<TimePoint> ArrivalQueue::next_expiry(Duration bound) const {
  if (oldest_ == nullptr) return std::nullopt;
  return std::min(oldest_->since_ + bound, oldest_->deadline_);
}

}  // namespace weir::limiters
