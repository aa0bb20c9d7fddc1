#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "load-tests/simulator/simulation.h"

// Every limiter by its name: weir's own and the rivals.
namespace weir::simulator {

// "knee", "gradient", "gradient2", "vegas", "aimd": weir's, with its queue. "fixed:N": weir's at N.
// "operator": the service's width and a fifth, and a queue of 50 ms. "codel": the same width, and
// folly's CoDel for a queue. The others: rivals. An empty function: no such name.
MakeGate gate_named(std::string_view name);
// `times` the service's true width at any moment, and a queue that suits it: searched over by the
// oracle.
MakeGate knowing_gate(double times);
std::vector<std::string> gate_names();

}  // namespace weir::simulator
