#include "load-tests/simulator/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::simulator {
namespace {

constexpr std::array kTimes{0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.7, 2.0, 3.0, 5.0};

// Who only reads counts for nothing in weir's own gate.
double width_of(const Conditions& is) { return is.workers + is.capacity() * is.outside_seconds; }

std::string row(const WorldCell& cell) {
  const auto mid = [&cell](std::string_view name) { return median(values_of(cell.seeds, name)); };
  std::string missed;
  for (const std::string& each : cell.missed) missed += (missed.empty() ? "" : "; ") + each;
  return fmt::format("| {:<12} | {:>7.3f} | {:>6.2f} | {:>6.2f} | {:>11.4f} | {} |\n", cell.limiter,
                     mid("goodput_share"), mid("w50"), mid("w99"), mid("false_shed_share"), missed);
}

std::string table(const BenchResult& result) {
  const OracleCell& oracle = result.oracles.front();
  std::string best;
  for (const Phase& phase : oracle.found.phases)
    best += (best.empty() ? "" : ", then ") + std::to_string(phase.limit);
  std::string text =
      fmt::format("{}, {}; the oracle's limit: {}\n\n", oracle.scenario, oracle.world, best);
  text += fmt::format(
      "| {:<12} | {:>7} | {:>6} | {:>6} | {:>11} | misses |\n|---|---|---|---|---|---|\n",
      "limiter", "goodput", "w50", "w99", "false sheds");
  for (const WorldCell& cell : result.cells) text += row(cell);
  return text + "\n";
}

}  // namespace

std::vector<int> sweep_limits(const World& world) {
  std::vector<int> limits;
  for (const double times : kTimes) {
    const double width = width_of(world.conditions.back());
    const int limit = std::max(1, static_cast<int>(std::lround(times * width)));
    if (limits.empty() || limit > limits.back()) limits.push_back(limit);
  }
  return limits;
}

std::string sweep(const BenchSpec& spec, const std::function<void(int, int)>& progress) {
  std::string text;
  for (const Scenario& scenario : spec.scenarios) {
    for (const World& world : scenario.worlds) {
      BenchSpec one = spec;
      one.scenarios = {scenario};
      one.scenarios.front().worlds = {world};
      one.limiters.clear();
      for (const int limit : sweep_limits(world))
        one.limiters.push_back("fixed:" + std::to_string(limit));
      one.limiters.insert(one.limiters.end(), spec.limiters.begin(), spec.limiters.end());
      text += table(run_bench(one, progress));
    }
  }
  return text;
}

}  // namespace weir::simulator
