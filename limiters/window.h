#pragma once

#include <array>

#include "limiters/cohort.h"
#include "limiters/level.h"
#include "limiters/sample.h"
#include "limiters/timeline.h"

// What was measured between two decisions; it does not know what is decided.
namespace weir::limiters {

struct Window {
  TimePoint opened, closed;
  std::array<double, kOutcomes> answered{};  // requests by outcome, whenever they were granted
  double arrived = 0;                        // asked for a place,
  double turned_away = 0;                    // and were turned away, whenever they had come
  double broken_off = 0;  // failures that had been answered before, and are in there, too
  // Of those who were granted in this window, whenever they were answered: all,
  CohortCounts cohort;
  // successes, and with what is known of those without an answer, once count_unanswered() was told,
  std::array<Level, kLevels> levels{};
  // successes as they were answered,
  Level as_answered{};
  // and who was over quota, by level.
  std::array<double, kLevels> over_quota{};
  int limit = 0;  // they were granted under
  int peak_in_flight = 0;
  double in_use = 1;        // share of the places, on average,
  double waiting = 0;       // for a place, on average,
  double looks = 0;         // over so many looks
  Duration stalled{};       // of the time, when nothing at all was answered
  bool limited = false;     // somebody had to wait or was turned away
  bool overloaded = false;  // more was asked for than can be done

  double seconds() const { return to_seconds(closed - opened); }
  double count(Outcome outcome) const { return answered[static_cast<size_t>(outcome)]; }
  // Nobody waited for their answer any more.
  double given_up() const { return count(Outcome::kAbandoned) + count(Outcome::kTimedOut); }
  bool timed_out() const { return count(Outcome::kTimedOut) > 0; }
  // Who timed out is one of a few slow ones, and has left as others have, unless some did and they
  // and those without an answer are the most of the cohort: then more was sent than is done in that
  // time, or nothing is done at all; they count as refused, and nobody as without an answer.
  bool timeouts_are_overload() const;
  // Of the cohort: given up, after so many seconds in all,
  double left() const;
  double left_seconds() const;
  // or still without an answer.
  double open() const;
  // Too much was sent: refused in this window, or timed out of the cohort where that is no chance.
  double overloads() const;
  // Those, or timed out in this window; nobody twice.
  double lost() const;
  // By more than a service may refuse some callers whatever its load is: one in ten of those that
  // it served or refused. Or nothing is served, and some have waited for as long as one may.
  bool refused() const;
  // As many were lost.
  bool losing() const;
  // Of the cohort.
  bool most_unanswered() const { return left() + open() > as_answered.count; }
  // Of the cohort, successes or over quota.
  double sent_in_cohort() const;
  // The share of the latter; 0 where there are none.
  double share_over_quota() const;
  // Successes per second.
  double throughput() const;
  Level all_levels() const { return sum_of(levels); }

  // Who has no answer yet, after `age`, and whose caller left before it came, is known to take
  // longer than he has taken: what all took, by the number of those who have an answer, is what
  // exponential times would be on average, whoever leaves how soon.
  void count_unanswered(Duration age);
  // Such a share of those who wait is passed over, see PassedOver: what all waited, by the number
  // of those who are answered, is that much more than what these took, unless as much is known
  // already.
  void count_passed_over(double share);
};

}  // namespace weir::limiters
