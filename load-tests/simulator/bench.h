#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "load-tests/simulator/oracle.h"
#include "load-tests/simulator/oracle_store.h"
#include "load-tests/simulator/scenario.h"
#include "load-tests/simulator/score.h"

// Every limiter in every world of every scenario, on all cores; it does not show what came of it.
namespace weir::simulator {

struct BenchSpec {
  std::vector<Scenario> scenarios;
  std::vector<std::string> limiters;  // names that gate_named() knows
  int seeds = 0;                      // above 0: instead of each scenario's own
  int least_seeds = 1;                // otherwise, where a scenario has fewer
  double shorter = 1;                 // share of each world's time that is run
  double leeway = 0;                  // share of a bar by which a miss is no reason to fail
  int trace_steps = 200;
  int traced_seed = 1;                   // whose run over time is kept; at most as many as are run
  std::optional<OracleStore> oracles{};  // kept from one run to the next
};

// The scores of a world are kept apart: a scenario is as good as its worst world.
struct WorldCell {
  std::string scenario, world, limiter;
  std::vector<Score> seeds;
  std::vector<std::string> missed;  // bars, in words
  bool regressed = false;           // one of them is not known to be missed
  int traced_seed = 1;              // the one that was asked for
  Trace trace;                      // of it
};

struct OracleCell {
  std::string scenario, world;
  Oracle found;
};

struct BenchResult {
  std::vector<WorldCell> cells;  // by scenario, world and limiter, in the order given
  std::vector<OracleCell> oracles;
};

// The result does not depend on how many threads there are. `progress` is called from any of them,
// one at a time, with runs done and to do.
BenchResult run_bench(const BenchSpec& spec, const std::function<void(int, int)>& progress);

// A world as it is run: `share` of its time, its changes earlier by as much, or as often as ever.
World shortened(World world, double share);

double median(std::vector<double> values);
double worst(const std::vector<double>& values, bool more_is_better);
std::vector<double> values_of(const std::vector<Score>& scores, std::string_view name);

}  // namespace weir::simulator
