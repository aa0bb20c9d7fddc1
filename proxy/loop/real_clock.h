#pragma once

#include <chrono>
#include <cstdint>

#include "limiters/timeline.h"

// The only door to the machine's clocks and its randomness; everything else is handed time and
// seeds as arguments.
namespace weir::loop {

// Never goes back; for durations and deadlines.
limiters::TimePoint steady_now();
// What people's clocks show; may jump, so only for what people read.
std::chrono::system_clock::time_point wall_now();
// Unpredictable; seeds the generators that are handed on.
uint64_t random_seed();

}  // namespace weir::loop
