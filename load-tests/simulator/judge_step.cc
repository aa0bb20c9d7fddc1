#include "load-tests/simulator/judge_step.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

namespace weir::simulator {
namespace {

// In one step alone chance may have its way.
constexpr size_t kTogether = 5;

using Steps = std::span<const Outcomes::Step>;
using IsFine = std::function<bool(double begin, Steps together)>;

// From that moment until it is fine, and stays so to the next change.
std::optional<double> fine_after(double from, const World& world, const Outcomes& outcomes,
                                 const IsFine& is_fine) {
  const double until = world.next_change_after(from);
  std::optional<double> since;
  for (size_t i = 0; i + kTogether <= outcomes.steps.size(); ++i) {
    const double begin = static_cast<double>(i) * outcomes.step_seconds;
    if (begin < from || begin + kTogether * outcomes.step_seconds > until) continue;
    const bool fine = is_fine(begin, Steps(outcomes.steps).subspan(i, kTogether));
    if (!fine) since.reset();
    if (fine && !since) since = begin - from;
  }
  return since;
}

double sum_of(int Outcomes::Step::*count, Steps together) {
  double sum = 0;
  for (const Outcomes::Step& step : together) sum += step.*count;
  return sum;
}

// Three standard deviations of a Poisson count below what is wanted, or that share of it; of a few,
// half of them.
double nearly(double share, double wanted) {
  return std::max(0.5 * wanted, std::min(share * wanted, wanted - 3 * std::sqrt(wanted)));
}

// Nearly all is done that can be, at a latency that shows no queue to speak of.
std::optional<double> converged_after(double from, const World& world, const Outcomes& outcomes) {
  const double slow = 4 * world.unloaded(0.99);
  return fine_after(from, world, outcomes, [&](double begin, Steps together) {
    double wanted = 0, good = 0;
    std::vector<float> latencies;
    for (const Outcomes::Step& step : together) {
      wanted += std::min(world.capacity_at(begin) * outcomes.step_seconds,
                         static_cast<double>(step.firsts));
      good += step.good;
      latencies.insert(latencies.end(), step.latencies.begin(), step.latencies.end());
    }
    return good >= nearly(0.9, wanted) && quantile(latencies, 0.9) <= slow;
  });
}

// Of those who come for the first time, nearly all are served in time; who comes again may be late.
std::optional<double> exited_after(double from, const World& world, const Outcomes& outcomes) {
  return fine_after(from, world, outcomes, [](double, Steps together) {
    return sum_of(&Outcomes::Step::good, together) >=
           nearly(0.95, sum_of(&Outcomes::Step::firsts, together));
  });
}

// Next to nobody is let in any more.
std::optional<double> stopped_after(double from, const World& world, const Outcomes& outcomes) {
  return fine_after(from, world, outcomes, [](double, Steps together) {
    const double attempts = sum_of(&Outcomes::Step::attempts, together);
    return attempts > 0 && sum_of(&Outcomes::Step::shed, together) >= 0.95 * attempts;
  });
}

}  // namespace

double quantile(std::vector<float>& latencies, double share) {
  if (latencies.empty()) return 0;
  const auto at = std::min(latencies.size() - 1,
                           static_cast<size_t>(share * static_cast<double>(latencies.size())));
  std::nth_element(latencies.begin(), latencies.begin() + static_cast<std::ptrdiff_t>(at),
                   latencies.end());
  return static_cast<double>(latencies[at]);
}

void judge_step(const World& world, const Outcomes& outcomes, Score& score) {
  const auto hole = std::find_if(world.conditions.begin(), world.conditions.end(),
                                 [](const Conditions& is) { return is.stalled > 0; });
  score.has_hole = hole != world.conditions.end();
  if (score.has_hole) score.stop_seconds = stopped_after(hole->from_seconds, world, outcomes);
  score.has_step = world.step_seconds.has_value();
  if (!score.has_step) return;
  score.converge_seconds = converged_after(*world.step_seconds, world, outcomes);
  score.exit_seconds = exited_after(*world.step_seconds, world, outcomes);
}

}  // namespace weir::simulator
