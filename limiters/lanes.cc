#include "limiters/lanes.h"

#include <algorithm>
#include <utility>

namespace weir::limiters {

Lanes::Lanes(std::vector<std::unique_ptr<WaitQueue>> lanes) : lanes_(std::move(lanes)) {}

uint8_t Lanes::priority_of(const Arrival& arrival) const {
  return static_cast<uint8_t>(std::min<size_t>(arrival.priority, lanes_.size() - 1));
}

void Lanes::push(Waiter& waiter, const Arrival& arrival, TimePoint now) {
  waiter.priority_ = priority_of(arrival);
  lanes_[waiter.priority_]->push(waiter, arrival, now);
}

void Lanes::remove(Waiter& waiter) { lanes_[waiter.priority_]->remove(waiter); }

void Lanes::note_turn(const Waiter& waiter) {
  if (size() > lanes_[waiter.priority_]->size()) ++turns_;
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

bool Lanes::waits_before(uint8_t priority) const {
  return std::any_of(lanes_.begin(), lanes_.begin() + priority + 1,
                     [](const auto& lane) { return lane->size() > 0; });
}

size_t Lanes::first_priority() const {
  const auto first =
      std::find_if(lanes_.begin(), lanes_.end(), [](const auto& lane) { return lane->size() > 0; });
  return first == lanes_.end() ? kPriorities : static_cast<size_t>(first - lanes_.begin());
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
