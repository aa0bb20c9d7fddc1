#pragma once

#include <algorithm>

#include "limiters/window.h"

// Who came and was let in under one limit, the older ones fading; it does not know what the limit
// should be.
namespace weir::limiters {

struct UnderLimit {
  double arrived = 0;
  double turned_away = 0;  // more than that, at first: who had come before
  double served = 0;
  double lost = 0;  // refused by the service, or timed out
  double seconds = 0;
  double waited_seconds = 0, served_seconds = 0, place_seconds = 0;  // of all requests, all places
  int peak_in_flight = 0;

  // Remembers a thousand arrivals, or ten for each place where that is more.
  void add(const Window& window);
  // The same of another one.
  void add(const UnderLimit& other);

  // Zero where nothing is known.
  double per_second() const { return seconds > 0 ? arrived / seconds : 0; }
  double let_in() const { return std::max(0.0, arrived - turned_away); }
  double let_in_per_second() const { return seconds > 0 ? let_in() / seconds : 0; }
  double served_per_second() const { return seconds > 0 ? served / seconds : 0; }
  double share_turned_away() const {
    return arrived > 0 ? std::min(1.0, turned_away / arrived) : 0;
  }
  // Of one that was let in, waiting and served.
  double inside_seconds() const;
  double places() const { return seconds > 0 ? place_seconds / seconds : 0; }

  // Five came for each place: they would have filled the limit.
  bool filled() const { return filled(5); }
  bool filled(double times) const { return arrived >= times * places(); }
  // A hundred at least, and hardly anybody of them was turned away, or had to wait.
  bool all_served() const;
  // Of fifty at least more than a few were turned away,
  bool turns_away() const;
  // or for each two places one waited.
  bool lacking() const;
  // By so many that they are no chance, however few have come.
  bool lacks_much() const;
  // Of so many that they are no chance: what queues come and go with is as long as that.
  bool turns_away_for_long() const;
  // More than a few were lost.
  bool losing() const;
};

}  // namespace weir::limiters
