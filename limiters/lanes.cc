#include "limiters/lanes.h"

#include <algorithm>
#include <utility>

namespace weir::limiters {

Lanes::Lanes(std::vector<std::unique_ptr<WaitQueue>> lanes, size_t of_each)
    : lanes_(std::move(lanes)), of_each_(of_each) {}

void Lanes::push(Waiter& waiter, const Ranked& ranked, const Arrival& arrival, TimePoint now) {
  waiter.rank_ = ranked.rank;
  waiter.cell_ = ranked.cell;
  lanes_[waiter.rank_]->push(waiter, arrival, now);
}

void Lanes::remove(Waiter& waiter) { lanes_[waiter.rank_]->remove(waiter); }

void Lanes::note_turn(const Waiter& waiter) {
  if (size() > lanes_[waiter.rank_]->size()) ++turns_;
}

Waiter* Lanes::first_of(size_t rank, const Standing& standing) const {
  return standing[rank] ? lanes_[rank]->newest() : lanes_[rank]->oldest();
}

Waiter* Lanes::next(const Standing& standing) const {
  if (turns_ % kFloor == kFloor - 1) return next_of_least(standing);
  for (size_t rank = 0; rank < lanes_.size(); ++rank)
    if (Waiter* first = first_of(rank, standing)) return first;
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
  return std::any_of(lanes_.begin(), lanes_.begin() + rank + 1,
                     [](const auto& lane) { return lane->size() > 0; });
}

size_t Lanes::first_rank() const {
  const auto first =
      std::find_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->size() > 0; });
  return first == lanes_.end() ? kRanks : static_cast<size_t>(first - lanes_.begin());
}

size_t Lanes::size() const {
  size_t sum = 0;
  for (const auto& lane : lanes_) sum += lane->size();
  return sum;
}

Waiter* Lanes::expired(TimePoint now, const Bounds& bounds) const {
  for (size_t i = 0; i < lanes_.size(); ++i)
    if (Waiter* late = lanes_[i]->expired(now, bounds[i])) return late;
  return nullptr;
}

}  // namespace weir::limiters
