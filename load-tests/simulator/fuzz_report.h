#pragma once

#include <cstdint>

#include "load-tests/simulator/bench.h"

// What came of worlds drawn by chance, on the terminal: quantiles over the worlds, and the worst by
// name; it runs nothing.
namespace weir::simulator {

// `seed`: of the worlds. The worst are those of the first limiter.
void print_fuzz(const BenchSpec& spec, const BenchResult& result, uint64_t seed);

}  // namespace weir::simulator
