#pragma once

#include <string>

#include "load-tests/simulator/bench.h"

// In which worlds another limiter does more than the first, and what that one pays for it
// elsewhere; it runs nothing and knows no bar.
namespace weir::simulator {

// A table for a README, one row for each world in which one of the others has more than 1.03 of the
// first one's goodput: the most that is done at no worse w99, and the most at a worse one. Medians
// over the seeds. Empty when the first is alone.
std::string outdone(const BenchResult& result);

}  // namespace weir::simulator
