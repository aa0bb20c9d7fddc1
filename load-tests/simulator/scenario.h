#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "load-tests/simulator/score.h"
#include "load-tests/simulator/service_spec.h"

// A scenario: some worlds, and what a good limiter reaches in each of them; it runs nothing.
namespace weir::simulator {

struct Bar {
  std::string score;  // a name that value_of() knows
  std::optional<double> at_least, at_most;
  // weir's default is known to miss it: said in the table, no reason to fail.
  bool not_yet = false;
  // The only one it holds for, instead of the scenario's bar for the same score; empty: for all.
  std::string world{};
};

struct Scenario {
  std::string name;
  std::string title;
  int seeds = 5;
  std::vector<World> worlds;
  std::vector<Bar> bars;
  // Those that hold for a world of that name.
  std::vector<Bar> bars_of(std::string_view world) const;
};

// One fault as "file:line:column: what is wrong, what is expected".
using Fault = std::string;
std::variant<Scenario, Fault> read_scenario(const std::string& path);

}  // namespace weir::simulator
