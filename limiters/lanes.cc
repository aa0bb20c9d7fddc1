#include "limiters/lanes.h"

#include <utility>

namespace weir::limiters {

Lanes::Lanes(std::vector<std::unique_ptr<WaitQueue>> lanes, size_t of_each)
    : lanes_(std::move(lanes)), returning_(lanes_.size()), of_each_(of_each) {}

void Lanes::push(Waiter& waiter, const Ranked& ranked, const Arrival& arrival, TimePoint now) {
  waiter.rank_ = ranked.rank;
  waiter.cell_ = ranked.cell;
  waiter.returns_ = false;
  lanes_[waiter.rank_]->push(waiter, arrival, now);
}

void Lanes::push_returning(Waiter& waiter, const Ranked& ranked, TimePoint now) {
  waiter.rank_ = ranked.rank;
  waiter.cell_ = ranked.cell;
  waiter.returns_ = true;
  returning_[waiter.rank_].push(waiter, {}, now);
}

void Lanes::remove(Waiter& waiter) {
  if (waiter.returns_) return returning_[waiter.rank_].remove(waiter);
  lanes_[waiter.rank_]->remove(waiter);
}

void Lanes::note_turn(const Waiter& waiter) {
  if (size() > size_of(waiter.rank_)) ++turns_;
  returned_last_ = waiter.returns_;
}

Waiter* Lanes::first_of(size_t rank, const Standing& standing) const {
  Waiter* const again = returning_[rank].oldest();
  Waiter* const first = standing[rank] ? lanes_[rank]->newest() : lanes_[rank]->oldest();
  if (again == nullptr || first == nullptr) return again == nullptr ? first : again;
  return returned_last_ ? first : again;
}

Waiter* Lanes::next(const Standing& standing) const {
  if (turns_ % kFloor == kFloor - 1) return next_of_least(standing);
  if (turns_ % kReturningFloor == kReturningFloor - 1)
    if (Waiter* first = least_returning()) return first;
  for (size_t rank = 0; rank < lanes_.size(); ++rank)
    if (Waiter* first = first_of(rank, standing)) return first;
  return nullptr;
}

Waiter* Lanes::least_returning() const {
  for (size_t rank = returning_.size(); rank > 0; --rank)
    if (Waiter* first = returning_[rank - 1].oldest()) return first;
  return nullptr;
}

// Of the least important priority who waits; of that, whoever comes first there.
Waiter* Lanes::next_of_least(const Standing& standing) const {
  for (size_t end = lanes_.size(); end > 0; end -= of_each_)
    for (size_t rank = end - of_each_; rank < end; ++rank)
      if (Waiter* first = first_of(rank, standing)) return first;
  return nullptr;
}

bool Lanes::waits_before(uint8_t rank) const {
  for (size_t i = 0; i <= rank; ++i)
    if (size_of(i) > 0) return true;
  return false;
}

size_t Lanes::first_rank() const {
  for (size_t i = 0; i < lanes_.size(); ++i)
    if (size_of(i) > 0) return i;
  return kRanks;
}

size_t Lanes::size() const {
  size_t sum = 0;
  for (size_t i = 0; i < lanes_.size(); ++i) sum += size_of(i);
  return sum;
}

Waiter* Lanes::expired(TimePoint now, const Bounds& bounds) const {
  for (size_t i = 0; i < lanes_.size(); ++i)
    if (Waiter* late = lanes_[i]->expired(now, bounds[i])) return late;
  return nullptr;
}

}  // namespace weir::limiters
