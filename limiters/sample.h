#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "limiters/timeline.h"

// What one answered request tells, and what many tell together; it does not know who asks.
namespace weir::limiters {

enum class Outcome : uint8_t {
  kSuccess,    // the service did its work: its latency counts
  kFailure,    // the service said that it failed: quick or slow, its latency means nothing
  kOverload,   // refused by the service: too much was sent
  kOverQuota,  // the service said that its caller has had his quota: says nothing about the others
  kAbandoned,  // its caller left before there was an answer: it would have taken longer
  kTimedOut,   // the proxy did not wait for it any more: the same
  kIgnored     // upgraded, or never reached the service: teaches nothing
};
inline constexpr size_t kOutcomes = static_cast<size_t>(Outcome::kIgnored) + 1;

struct Sample {
  TimePoint granted;
  Duration latency;   // from the grant to the response head
  int in_flight = 0;  // at the grant, this request included
  Outcome outcome = Outcome::kIgnored;
};

// Latencies of successes that were granted at about the same number in flight.
struct Level {
  double count = 0;
  double sum_seconds = 0;
  double sum_squares = 0;  // of seconds
  double sum_in_flight = 0;
  double sum_logs = 0;         // of seconds
  double sum_log_squares = 0;  // of these logarithms
  double sum_products = 0;     // of seconds and their logarithm

  // `count` latencies, all the same.
  static Level of(double seconds, double in_flight, double count = 1);

  double mean() const { return count > 0 ? sum_seconds / count : 0; }
  double mean_log() const { return count > 0 ? sum_logs / count : 0; }
  double variance() const;        // of one latency, in seconds squared; 0 when not known
  double standard_error() const;  // of the mean, in seconds
  double mean_in_flight() const { return count > 0 ? sum_in_flight / count : 0; }
  // Keeps that share of all of them, evenly.
  void keep(double share);
  // What is beyond `most` samples is forgotten evenly.
  void forget_all_but(double most) {
    if (count > most) keep(most / count);
  }
  // Each of them took so many times as long.
  void stretch(double times);
  // They vary by so much more: `variance` of one latency, as a share of the mean.
  void blur(double variance);
  void add(const Level& other) {
    count += other.count;
    sum_seconds += other.sum_seconds;
    sum_squares += other.sum_squares;
    sum_in_flight += other.sum_in_flight;
    sum_logs += other.sum_logs;
    sum_log_squares += other.sum_log_squares;
    sum_products += other.sum_products;
  }
};

// One level for each number in flight up to 4, then two for each doubling: 5 and 6, 7 and 8, 9 to
// 12, 13 to 16, ... Small services are told apart place by place.
inline constexpr size_t kLevels = 24;
size_t level_of(int in_flight);
// The highest number in flight of a level.
int most_of(size_t level);

// What was measured between two decisions.
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
  Level all_levels() const;
};

}  // namespace weir::limiters
