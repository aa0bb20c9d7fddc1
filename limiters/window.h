#pragma once

#include <array>

#include "limiters/level.h"
#include "limiters/sample.h"
#include "limiters/timeline.h"

// What was measured between two decisions; it does not know what is decided.
namespace weir::limiters {

struct Window {
  TimePoint opened, closed;
  std::array<double, kOutcomes> answered{};  // requests by outcome
  // Successes of those who were granted in this window, whenever they were answered.
  std::array<Level, kLevels> levels{};
  // Those of them who were over quota instead.
  std::array<double, kLevels> over_quota{};
  // The same, before what is known of those without an answer was added to them, and all of it.
  std::array<Level, kLevels> levels_as_answered{};
  Level as_answered{};
  double refused_of_cohort = 0;  // of those who were granted in this window: overloads;
  double left = 0;               // given up,
  double left_seconds = 0;       // after so long in all,
  double open = 0;               // or are still without one
  int limit = 0;                 // they were granted under
  int peak_in_flight = 0;
  double in_use = 1;        // share of the places, on average,
  double looks = 0;         // over so many looks
  Duration stalled{};       // of the time, when nothing at all was answered
  bool limited = false;     // somebody had to wait or was turned away
  bool overloaded = false;  // more was asked for than can be done

  double seconds() const { return to_seconds(closed - opened); }
  double count(Outcome outcome) const { return answered[static_cast<size_t>(outcome)]; }
  // Nobody waited for their answer any more.
  double given_up() const { return count(Outcome::kAbandoned) + count(Outcome::kTimedOut); }
  bool timed_out() const { return count(Outcome::kTimedOut) > 0; }
  // Refused or timed out.
  double lost() const { return count(Outcome::kOverload) + count(Outcome::kTimedOut); }
  // By more than a service may refuse some callers whatever its load is: one in ten of those that
  // it served or refused. Or nothing is served, and some have waited for as long as one may.
  bool refused() const;
  // As many were lost.
  bool losing() const;
  // Of those who were granted in this window.
  bool most_unanswered() const { return left + open > as_answered.count; }
  // Of those who were granted in this window, successes or over quota.
  double sent_in_cohort() const;
  // The share of the latter; 0 where there are none.
  double share_over_quota() const;
  // Successes per second.
  double throughput() const;
  Level all_levels() const { return sum_of(levels); }
};

}  // namespace weir::limiters
