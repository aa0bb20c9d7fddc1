#pragma once

#include <vector>

#include "load-tests/simulator/score.h"
#include "load-tests/simulator/simulation.h"

// How long it took, after a change, until all was well; it knows no oracle.
namespace weir::simulator {

// Of latencies in seconds, whose order it changes; 0 where there are none.
double quantile(std::vector<float>& latencies, double share);

// Sets what is timed from the world's step, or from when its service stops answering.
void judge_step(const World& world, const Outcomes& outcomes, Score& score);

}  // namespace weir::simulator
