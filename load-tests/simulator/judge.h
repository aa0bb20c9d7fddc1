#pragma once

#include "load-tests/simulator/oracle.h"
#include "load-tests/simulator/score.h"
#include "load-tests/simulator/simulation.h"

// From what happened to how good it was; it runs nothing.
namespace weir::simulator {

// Goodput is a share of the oracle's; an oracle without phases says nothing of limits.
Score judge(const World& world, const Outcomes& outcomes, const Oracle& oracle);
// Answers within their deadline per second, the warm-up left out.
double goodput_per_second(const World& world, const Outcomes& outcomes);
Trace trace_of(const World& world, const Outcomes& outcomes);

}  // namespace weir::simulator
