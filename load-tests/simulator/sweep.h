#pragma once

#include <functional>
#include <string>
#include <vector>

#include "load-tests/simulator/bench.h"

// What each constant limit reaches in a world, beside limiters that have to find one: the trade-off
// that a missed bar is up against. It judges nothing by itself.
namespace weir::simulator {

// Limits around the width that the world ends with, by ratios, each once.
std::vector<int> sweep_limits(const World& world);
// A table for each world, in Markdown: constants by size, then the limiters of `spec`, and the bars
// that each of them misses. Constants have weir's own gate and queue.
std::string sweep(const BenchSpec& spec, const std::function<void(int, int)>& progress);

}  // namespace weir::simulator
