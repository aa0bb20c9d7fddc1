#pragma once

#include <nlohmann/json_fwd.hpp>

#include "load-tests/simulator/trace.h"

// A run over time as the page's charts take it: each figure a line of as many values as the trace
// has steps. It does not know who draws them.
namespace weir::simulator {

// {"limit": [...], "in_flight": [...], ...}
nlohmann::ordered_json lines_of(const Trace& trace);
nlohmann::ordered_json line_of(const Trace& trace, double TraceStep::*of);

// Three digits, which is all that a line shows.
nlohmann::ordered_json rounded(double value);

}  // namespace weir::simulator
