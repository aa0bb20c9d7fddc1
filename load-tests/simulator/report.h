#pragma once

#include <string>

#include "load-tests/simulator/bench.h"

// What a bench found, as text for people and as JSON; it runs nothing.
namespace weir::simulator {

// Limiters down, scenarios across: the median goodput share over the seeds, in the scenario's worst
// world; a star where a bar is missed. Markdown is for a README.
std::string matrix(const BenchResult& result, std::string_view score, bool more_is_better);
// One line for each world and limiter, with every score.
std::string details(const BenchResult& result);
// All of it; the same bytes for the same result.
std::string to_json(const BenchResult& result);
// One run over time, `width` characters wide.
std::string plot(const WorldCell& cell, int width);

}  // namespace weir::simulator
