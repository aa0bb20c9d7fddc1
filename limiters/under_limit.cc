#include "limiters/under_limit.h"

#include <algorithm>

namespace weir::limiters {
namespace {

// In arrivals.
constexpr double kFew = 50;    // show what is lacking
constexpr double kSome = 100;  // show that nothing is
constexpr double kMany = 800;
constexpr double kMemory = 1000;
constexpr double kTimes = 10;  // so many for each place, if that is more

constexpr double kNearlyNone = 0.01;  // of the arrivals, turned away
constexpr double kTooMany = 0.03;
constexpr double kSurplus = 25;         // requests more than that
constexpr double kHardlyWaiting = 0.1;  // for each place
constexpr double kManyWaiting = 0.5;
constexpr double kLost = 0.02;  // of the arrivals
constexpr double kFewLost = 3;  // requests more than that, by chance

}  // namespace

void UnderLimit::add(const Window& window) {
  add({.arrived = window.arrived,
       .turned_away = window.turned_away,
       .served = window.count(Outcome::kSuccess),
       .lost = window.lost() + window.count(Outcome::kOverQuota),
       .seconds = window.seconds(),
       .waited_seconds = window.waiting * window.seconds(),
       .served_seconds = window.in_use * window.limit * window.seconds(),
       .place_seconds = window.limit * window.seconds(),
       .peak_in_flight = window.peak_in_flight});
}

void UnderLimit::add(const UnderLimit& other) {
  arrived += other.arrived;
  turned_away += other.turned_away;
  served += other.served;
  lost += other.lost;
  seconds += other.seconds;
  waited_seconds += other.waited_seconds;
  served_seconds += other.served_seconds;
  place_seconds += other.place_seconds;
  peak_in_flight = std::max(peak_in_flight, other.peak_in_flight);
  const double most = std::max(kMemory, kTimes * places());
  if (arrived <= most) return;
  const double kept = most / arrived;
  for (double* const each : {&arrived, &turned_away, &served, &lost, &seconds, &waited_seconds,
                             &served_seconds, &place_seconds})
    *each *= kept;
}

bool UnderLimit::all_served() const {
  return arrived >= kSome && filled() && turned_away <= kNearlyNone * arrived &&
         waited_seconds < kHardlyWaiting * place_seconds;
}

double UnderLimit::inside_seconds() const {
  return let_in() > 0 ? (waited_seconds + served_seconds) / let_in() : 0;
}

bool UnderLimit::turns_away() const { return arrived >= kFew && turned_away > kTooMany * arrived; }

bool UnderLimit::lacking() const {
  return turns_away() || (arrived >= kFew && waited_seconds > kManyWaiting * place_seconds);
}

bool UnderLimit::lacks_much() const { return turned_away > kTooMany * arrived + kSurplus; }

bool UnderLimit::turns_away_for_long() const { return arrived >= kMany && turns_away(); }

bool UnderLimit::losing() const { return lost > kLost * arrived + kFewLost; }

}  // namespace weir::limiters
