#pragma once

#include <string>
#include <variant>
#include <vector>

#include "load-tests/simulator/scenario.h"

// A log of requests as a CSV file; it does not know who is to serve them.
namespace weir::simulator {

// Columns by the header: arrival_seconds, service_seconds and, if there, class; others are passed
// over. Arrivals become relative to the first. Either every row, in the file's order, or the faults
// as "file:line: what was found, what was expected": the first ten, and how many more.
std::variant<std::vector<Recorded>, std::vector<Fault>> read_log(const std::string& path);

}  // namespace weir::simulator
