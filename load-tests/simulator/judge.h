#pragma once

#include "load-tests/simulator/score.h"
#include "load-tests/simulator/simulation.h"

// From what happened to how good it was; it runs nothing.
namespace weir::simulator {

// `oracle_goodput`: per second, of the best gate that knows the service; what goodput is a share
// of.
Score judge(const World& world, const Outcomes& outcomes, double oracle_goodput);
// Answers within their deadline per second, the warm-up left out.
double goodput_per_second(const World& world, const Outcomes& outcomes);
Trace trace_of(const World& world, const Outcomes& outcomes);

}  // namespace weir::simulator
