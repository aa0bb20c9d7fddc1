#pragma once

#include <string>
#include <vector>

#include "load-tests/simulator/scenario.h"

// Scenarios as JSON with nothing left to defaults, for whoever plays them elsewhere; it does not
// know where.
namespace weir::simulator {

// Each world as it is run with that share of its time. Times are in seconds.
std::string describe(const std::vector<Scenario>& scenarios, double share);
std::string describe(const World& world);

}  // namespace weir::simulator
