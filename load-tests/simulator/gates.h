#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "load-tests/simulator/oracle.h"
#include "load-tests/simulator/simulation.h"

// Every limiter by its name: weir's own and the rivals.
namespace weir::simulator {

// "knee", "gradient", "gradient2", "vegas", "aimd": weir's, with its queue. "fixed:N": weir's at N.
// "operator": the service's width and a fifth, and a queue of 50 ms. "codel": the same width, and
// folly's CoDel for a queue. The others: rivals. An empty function: no such name.
MakeGate gate_named(std::string_view name);
// So many places, and a queue that suits them: searched over by the oracle.
MakeGate constant_gate(int limit);
// Another number of places in each phase, of which there is at least one, and such a queue.
MakeGate phased_gate(const std::vector<Phase>& phases);
std::vector<std::string> gate_names();

}  // namespace weir::simulator
