#pragma once

#include <algorithm>

#include "limiters/knee_limit.h"

// What the tests of KneeLimit are asked by: a service that is all latency, and knows no time.
namespace weir::limiters {

// A pool that is asked for more than it can do: whatever the limit is, so many are in flight.
struct Service {
  double places;
  double seconds = 0.010;
  double samples = 100;  // in a window

  // Successes at one number in flight.
  Window window(int in_flight, int limit) const {
    const double latency = seconds * std::max(1.0, in_flight / places);
    Window made;
    made.opened = TimePoint{};
    made.closed = made.opened + std::chrono::seconds(1);
    made.levels[level_of(in_flight)] = Level::of(latency, in_flight, samples);
    made.answered[static_cast<size_t>(Outcome::kSuccess)] = samples;
    made.limit = limit;
    made.peak_in_flight = in_flight;
    made.limited = made.overloaded = in_flight >= limit;
    return made;
  }
  Cause fill(KneeLimit& limit) const { return limit.update(window(limit.limit(), limit.limit())); }
};

inline KneeLimit begun(const Service& service, int initial = 20, int most = 1000) {
  LimiterParams params;
  params.initial_limit = initial;
  params.max_limit = most;
  KneeLimit limit(params);
  for (const int in_flight : {1, 2, 3, 4}) limit.learn(service.window(in_flight, initial));
  return limit;
}

}  // namespace weir::limiters
