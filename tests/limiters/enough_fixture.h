#pragma once

#include <algorithm>

#include "limiters/enough.h"

// What the tests of Enough are asked by: seconds under one limit, and what it does about it.
namespace weir::limiters {

// A second under one limit, with all who are in flight there at a tenth of a second each.
struct Second {
  double arrived = 100;
  double turned_away = 0;
  double waiting = 0;
  int limit = 10;
  double served = -1;  // all who were let in
  double lost = 0;
  int peak = 0;  // all places

  Window window() const {
    const double let_in = arrived - turned_away;
    Window made;
    made.closed = made.opened + std::chrono::seconds(1);
    made.arrived = arrived;
    made.turned_away = turned_away;
    made.waiting = waiting;
    made.limit = limit;
    made.in_use = std::min(1.0, let_in * 0.1 / limit);
    made.peak_in_flight = peak > 0 ? peak : limit;
    made.answered[static_cast<size_t>(Outcome::kSuccess)] = served < 0 ? let_in : served;
    made.answered[static_cast<size_t>(Outcome::kOverQuota)] = lost;
    return made;
  }
};

inline void note(Enough& enough, const Second& second, int seconds = 1) {
  for (int i = 0; i < seconds; ++i) enough.note(second.window(), second.limit, true);
}

// What it does about the limit; where it moves, it moves.
inline std::optional<Enough::Step> step(Enough& enough, double limit, bool looking = false) {
  const std::optional<Enough::Step> step = enough.step(limit, looking);
  if (step && step->limit) enough.moved(*step->limit);
  return step;
}

// The limit to go back to and hold; 0: none.
inline double regret(Enough& enough, double limit) {
  const std::optional<Enough::Step> back = step(enough, limit);
  return back && back->cause == Cause::kAllServed ? back->limit.value_or(0) : 0;
}

// All who came, a hundred a second, were served under a limit of 20, which was cut to 10.
inline Enough cut() {
  Enough enough;
  enough.moved(20);
  note(enough, {.limit = 20}, 2);
  enough.moved(10);
  return enough;
}

}  // namespace weir::limiters
