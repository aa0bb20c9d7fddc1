#pragma once

#include <cmath>
#include <optional>

#include "load-tests/simulator/gate.h"

// A rival's rule, from what finished to whether another may start; it knows neither the service nor
// a queue.
namespace weir::simulator {

struct Finished {
  TimePoint granted, responded, now;
  int in_flight = 0;  // at the grant, this one included
  Outcome outcome = Outcome::kIgnored;
  Duration first() const { return responded - granted; }
  Duration hold() const { return now - granted; }
};

class Rule {
 public:
  virtual ~Rule() = default;
  // `in_flight` does not count the one that asks.
  virtual bool admits(TimePoint /*now*/, int in_flight) { return in_flight < std::floor(limit()); }
  virtual void on_admitted(TimePoint /*now*/, int /*in_flight*/) {}
  virtual void on_turned_away(TimePoint /*now*/) {}
  // `in_flight` still counts the one that finishes.
  virtual void on_finished(const Finished& finished, int in_flight) = 0;
  virtual void on_busy_share(TimePoint /*now*/, double /*share*/) {}
  // When on_time() is wanted next, if at all; asked again after each call.
  virtual std::optional<TimePoint> next() const { return std::nullopt; }
  virtual void on_time(TimePoint /*now*/) {}
  virtual double limit() const = 0;
  // What a 429 is to it; most do not look at the status, and it is an answer like any other.
  virtual Outcome of_429() const { return Outcome::kSuccess; }
  // The limit is where it is to learn something, lower or higher than the rule thinks right.
  virtual bool probing() const { return false; }
};

}  // namespace weir::simulator
