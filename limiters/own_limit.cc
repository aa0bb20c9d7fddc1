#include "limiters/own_limit.h"

#include <utility>

namespace weir::limiters {
namespace {

constexpr double kFew = 50;        // requests: show nothing yet
constexpr double kMemory = 20000;  // of them
constexpr double kHardlyAny = 1.0 / 50;
constexpr double kSome = 1.0 / 10;
constexpr double kNearlyAll = 4.0 / 5;  // answers are still on their way when the next is granted

}  // namespace

void OwnLimit::update(const Read& read) {
  note(read);
  const size_t often = median();
  const Share few = between(0, often * 2 / 3 + 1);
  if (few.all() < kFew) return;
  const double of_few = few.refused / few.all();
  if (of_few > kSome) is_there_ = false;
  const Share many = between(often, RefusalCounts::kPlaces);
  if (many.all() < kFew || of_few > kHardlyAny) return;
  if (many.refused >= kNearlyAll * many.all()) is_there_ = true;
}

void OwnLimit::note(const Read& read) {
  for (size_t place = 0; place < seen_.size(); ++place) {
    const Share now = read(place);
    const Share before = std::exchange(before_[place], now);
    seen_[place].taken += now.taken - before.taken;
    seen_[place].refused += now.refused - before.refused;
  }
  const double all = between(0, seen_.size()).all();
  if (all <= kMemory) return;
  for (Share& each : seen_) {
    each.taken *= kMemory / all;
    each.refused *= kMemory / all;
  }
}

// The largest number in flight that half of them had, or more.
size_t OwnLimit::median() const {
  const double half = between(0, seen_.size()).refused / 2;
  double above = 0;
  size_t place = seen_.size();
  while (place > 0 && above < half) above += seen_[--place].refused;
  return place;
}

OwnLimit::Share OwnLimit::between(size_t from, size_t until) const {
  Share sum;
  for (size_t place = from; place < until; ++place) {
    sum.taken += seen_[place].taken;
    sum.refused += seen_[place].refused;
  }
  return sum;
}

}  // namespace weir::limiters
