#pragma once

#include "load-tests/simulator/oracle.h"
#include "load-tests/simulator/score.h"
#include "load-tests/simulator/simulation.h"

// From where the limit was, and from probes, to how good that was; it does not look at latency.
namespace weir::simulator {

// How far the limit was from the smallest that loses nothing to speak of, in phases where that
// shows: limit_error, limit_settle_seconds.
void judge_limit(const World& world, const Outcomes& outcomes, const Oracle& oracle, Score& score);
// What was lost while the rule said that it was probing: probe_loss, probe_seconds.
void judge_probes(const World& world, const Outcomes& outcomes, const Oracle& oracle, Score& score);

}  // namespace weir::simulator
