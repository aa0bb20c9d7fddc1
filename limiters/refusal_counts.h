#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "limiters/sample.h"
#include "limiters/single_writer.h"

// How many of one loop's requests the service refused, and how many it took, by the number that
// were in flight when they were granted; it does not know what that means.
namespace weir::limiters {

// Written by one loop only, read by the regulator's; all relaxed.
class RefusalCounts {
 public:
  // Numbers in flight are told apart below this; what is beyond counts as the last.
  static constexpr size_t kPlaces = 512;
  // Only grow; the reader subtracts what it read last time.
  struct Totals {
    double taken = 0;
    double overload = 0;     // kOverload
    double turned_away = 0;  // kTurnedAway

    Totals& operator+=(const Totals& other) {
      taken += other.taken;
      overload += other.overload;
      turned_away += other.turned_away;
      return *this;
    }
  };

  void answered(const Sample& sample) noexcept {
    // Nobody knows what would have been said to those.
    if (sample.outcome == Outcome::kAbandoned || sample.outcome == Outcome::kIgnored) return;
    Place& place = at_[std::min(static_cast<size_t>(std::max(0, sample.in_flight)), kPlaces - 1)];
    raise(sample.outcome == Outcome::kOverload     ? place.overload
          : sample.outcome == Outcome::kTurnedAway ? place.turned_away
                                                   : place.taken,
          1);
  }
  Totals read(size_t place) const noexcept {
    return {at_[place].taken.load(std::memory_order_relaxed),
            at_[place].overload.load(std::memory_order_relaxed),
            at_[place].turned_away.load(std::memory_order_relaxed)};
  }

 private:
  struct Place {
    std::atomic<double> taken{0}, overload{0}, turned_away{0};
  };
  std::array<Place, kPlaces> at_{};
};

}  // namespace weir::limiters
