#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "load-tests/simulator/scenario.h"
#include "load-tests/simulator/simulation.h"
#include "load-tests/simulator/trace.h"

// Requests that somebody has really sent in a scenario's world, judged as a simulated run is; it
// does not know through what they went.
namespace weir::simulator {

struct MeasuredSpec {
  std::string world;     // a name in the scenario
  double shorter = 1;    // share of the world's time that the run took
  std::string requests;  // log of weir-load --requests
  std::string batch;     // the same of callers who are not in a hurry, empty for none
  double oracle = 0;     // goodput per second, as the simulator has found it
};

// What sockets and a machine add that a model does not know of, in seconds.
struct Machine {
  double wire = 0;                    // between a worker and the gate: a place is empty for as long
  double lapse_every = 0, lapse = 0;  // of a core, see World
};
Scenario on_machine(Scenario scenario, const Machine& machine);

struct MeasuredRun {
  // By name; null for a convergence that never came.
  std::vector<std::pair<std::string_view, std::optional<double>>> scores;
  Trace trace;  // what the logs do not show, as the limit, stays 0
};

// The scores that can be told from outside, and the run over time.
std::variant<MeasuredRun, Fault> judge_measured(const Scenario& scenario, const MeasuredSpec& spec);
// What the logs show of such a run, in so many steps; what they do not show, as the limit, stays 0.
std::variant<Outcomes, Fault> read_measured(const World& world, const MeasuredSpec& spec,
                                            int steps);

// {"goodput_share": ..., "over_time": {"goodput": [...], ...}}
std::string to_json(const MeasuredRun& run);

}  // namespace weir::simulator
