#pragma once

#include <string>

#include "load-tests/load/flags.h"
#include "load-tests/load/run.h"

// A run's result for people and for programs; it does not know where it is written.
namespace weir::load {

// All phases together.
Tally total_of(const RunResult& result);

std::string make_table(const Options& options, const RunResult& result);
// One JSON document with a line end. Takes the result as it is, but for the last slice's quantiles.
std::string make_json(const Options& options, RunResult& result);
// One line without its end.
std::string make_progress_line(const Options& options, const Progress& progress);

}  // namespace weir::load
