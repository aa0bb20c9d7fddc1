#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load-tests/simulator/trace.h"

// How well one limiter did, in one run and over a scenario's seeds; it knows no model and no rule.
namespace weir::simulator {

// One run's measures. Shares are in [0, 1]; W is a latency of
// admitted requests over the same quantile without load.
struct Score {
  double goodput_per_second = 0;
  double goodput_share = 0;  // of the oracle's goodput
  double w50 = 0;
  double w99 = 0;
  // Shed while less than 0.9 of the capacity was offered; a service that stands has none.
  double false_shed_share = 0;
  std::optional<double> converge_seconds;  // after the scenario's step; none: no step, or never
  bool has_step = false;
  // From the step until nearly all who come for the first time are served in time; none: as above.
  std::optional<double> exit_seconds;
  // From when the service stops answering until next to nobody is let in; none: it never stops, or
  // never.
  std::optional<double> stop_seconds;
  bool has_hole = false;
  // After the step, until the limit stays near the smallest that loses nothing to speak of; none:
  // never, or no such step.
  std::optional<double> limit_settle_seconds;
  bool has_limit_step = false;
  std::optional<double> limit_error;  // mean share by which the limit is above the needed one
  double probe_loss = 0;              // goodput lost while probing, of the oracle's
  double probe_seconds = 0;
  double overshoot = 0;       // most in flight over the service's width
  double drift_per_hour = 0;  // slope of log(limit) over the run
  // Largest share by which the limit left what it was at the step, until the next change; none:
  // no step.
  std::optional<double> limit_shift;
  std::optional<double> answers_until_moved;  // from the limit's first use until it moved
  double amplification = 1;                   // attempts over first attempts
  double failed_share = 0;  // of who was not turned away: an error, or no answer in time
  // (sum x)^2 / (n sum x^2) (Jain, Chiu and Hawe 1984) of several proxies before one service, by
  // goodput, or of tenants, by what each got of what was due to it; none: one, or none.
  std::optional<double> fairness;
  double hurried_shed_share = 0;  // of those who are not of the least important
  // Of tenants who ask for no more than an equal part; none: no tenants.
  std::optional<double> modest_shed_share;
  std::optional<double> least_share;  // of the goodput, of those; none: all are alike
  double left_at_end = 0;             // in flight and waiting
  double unfinished_share = 0;        // of sessions whose first request was served
  double late_share = 0;              // admitted, but finished after their callers' deadline
};

// In `score`; none for a name that is not one, or for a convergence that never came.
std::optional<double> value_of(const Score& score, std::string_view name);
// Whether it is timed in such a run, so that no value means never; none for what is not a time from
// a change on.
std::optional<bool> is_timed(const Score& score, std::string_view name);
std::vector<std::string_view> score_names();
bool is_score(std::string_view name);

}  // namespace weir::simulator
