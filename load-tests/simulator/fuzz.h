#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load-tests/simulator/scenario.h"

// Worlds that nobody has thought of; it runs nothing.
namespace weir::simulator {

// The world of one number: capacity 1 to 200 places, service times 50 us to 5 s, load 0.3 to 5, any
// distribution and discipline, and by chance thrash, a slow share, steps, freezes, failures, a
// delay outside. About so many requests that a limiter has something to learn from.
World fuzzed_world(uint64_t seed, uint64_t number);
std::string in_words(const World& world);

}  // namespace weir::simulator
