#include "limiters/lanes.h"

#include <algorithm>
#include <utility>

namespace weir::limiters {

Lanes::Lanes(std::vector<std::unique_ptr<WaitQueue>> lanes) : lanes_(std::move(lanes)) {}

void Lanes::push(Waiter& waiter, const Ranked& ranked, const Arrival& arrival, TimePoint now) {
  waiter.rank_ = ranked.rank;
  waiter.cell_ = ranked.cell;
  lanes_[waiter.rank_]->push(waiter, arrival, now);
}

void Lanes::remove(Waiter& waiter) { lanes_[waiter.rank_]->remove(waiter); }

void Lanes::note_turn(const Waiter& waiter) {
  if (size() > lanes_[waiter.rank_]->size()) ++turns_;
}

Waiter* Lanes::next(const Standing& standing) const {
  Waiter* found = nullptr;
  const bool least_first = turns_ % kFloor == kFloor - 1;
  for (size_t i = 0; i < lanes_.size(); ++i) {
    Waiter* first = standing[i] ? lanes_[i]->newest() : lanes_[i]->oldest();
    if (first != nullptr && (found == nullptr || least_first)) found = first;
  }
  return found;
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
