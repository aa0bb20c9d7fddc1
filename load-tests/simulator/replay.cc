#include "load-tests/simulator/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace weir::simulator {
namespace {

// What is offered and what can be done are told apart so often over the log.
constexpr size_t kWindows = 40;

double mean_work(const std::vector<Recorded>& log) {
  double sum = 0;
  for (const Recorded& each : log) sum += each.work_seconds;
  return sum / static_cast<double>(log.size());
}

// The capacity in requests is that for the requests that came in the same window.
std::vector<Conditions> conditions_of(const std::vector<Recorded>& log, int workers,
                                      double seconds) {
  const double window = seconds / static_cast<double>(kWindows);
  const double usual = mean_work(log);
  std::vector<double> work(kWindows), count(kWindows);
  for (const Recorded& each : log) {
    const size_t at = std::min(kWindows - 1, static_cast<size_t>(each.at_seconds / window));
    work[at] += each.work_seconds;
    count[at] += 1;
  }
  std::vector<Conditions> conditions;
  for (size_t i = 0; i < kWindows; ++i)
    conditions.push_back({.from_seconds = static_cast<double>(i) * window,
                          .workers = static_cast<double>(workers),
                          .service_seconds = count[i] > 0 ? work[i] / count[i] : usual,
                          .load = work[i] / (workers * window)});
  return conditions;
}

}  // namespace

Scenario replay_of(const std::vector<Recorded>& log, const ReplaySpec& spec) {
  const double span = log.back().at_seconds;
  World world;
  world.name = std::filesystem::path(spec.file).stem().string();
  world.recorded = std::make_shared<const std::vector<Recorded>>(log);
  world.discipline = spec.discipline;
  world.deadline_seconds = spec.deadline_seconds;
  world.seconds = span + std::min(world.deadline(), span / 10);
  world.warm_up_seconds = spec.warm_up_seconds.value_or(span / 12);
  world.conditions = conditions_of(log, spec.workers, world.seconds);
  Scenario scenario;
  scenario.name = "replay";
  scenario.title = fmt::format(
      "{}, {} requests in {:.4g} s, {:.3g} times what {} workers can do, {}",
      std::filesystem::path(spec.file).filename().string(), log.size(), span,
      mean_work(log) * static_cast<double>(log.size()) / (spec.workers * span), spec.workers,
      spec.discipline == Discipline::kFifo ? "first come first served" : "shared");
  scenario.seeds = 1;
  scenario.worlds = {world};
  return scenario;
}

}  // namespace weir::simulator
