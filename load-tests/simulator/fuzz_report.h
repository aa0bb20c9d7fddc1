#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load-tests/simulator/bench.h"

// How drawn worlds went, for the terminal; it draws and runs nothing.
namespace weir::simulator {

// Each limiter on a line, and the worst worlds of the first.
void show_fuzzed(const BenchResult& result, const std::vector<std::string>& limiters,
                 uint64_t seed);

}  // namespace weir::simulator
