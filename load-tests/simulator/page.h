#pragma once

#include <optional>
#include <string>

#include "load-tests/simulator/bench.h"

// What a bench found, as one page for a browser that asks no server; it runs nothing.
namespace weir::simulator {

inline constexpr size_t kMostPagePoints = 200;  // of each line of a trace

// `result` is what came of `spec`.
std::string to_page(const BenchSpec& spec, const BenchResult& result);

// What is wrong with writing there, if anything; an existing file keeps what it says.
std::optional<Fault> page_fault(const std::string& path);
std::optional<Fault> write_page(const std::string& path, const std::string& page);

}  // namespace weir::simulator
