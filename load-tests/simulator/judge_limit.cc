#include "load-tests/simulator/judge_limit.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>

namespace weir::simulator {
namespace {

// A fifth; or one place, for small limits have nothing in between.
bool is_near(double limit, int needed) {
  return std::abs(limit - needed) <= std::max(1.0, 0.2 * needed) + 1e-9;
}

// On the average of kTogether steps, for a rule that feels its way takes a step too many now and
// then; a step in which it was probing says nothing of where it thinks the limit right.
std::optional<double> settled_after(const Phase& phase, double from, const Outcomes& outcomes) {
  constexpr size_t kTogether = 5;
  std::optional<double> since;
  std::deque<std::pair<double, double>> last;  // begin and limit
  double sum = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const double begin = static_cast<double>(i) * outcomes.step_seconds;
    const double end = begin + outcomes.step_seconds;
    if (begin < from || end > phase.until_seconds + 1e-9) continue;
    if (outcomes.steps[i].probe_seconds > 0) continue;
    last.emplace_back(begin, outcomes.steps[i].limit);
    sum += outcomes.steps[i].limit;
    if (last.size() < kTogether) continue;
    const bool near = is_near(sum / kTogether, phase.needed);
    if (!near) since.reset();
    if (near && !since) since = last.front().first - from;
    sum -= last.front().second;
    last.pop_front();
  }
  return since;
}

// Away from what it was when the step came, until the next change.
double shifted_after(const World& world, const Outcomes& outcomes) {
  const double from = *world.step_seconds;
  double until = world.seconds;
  for (const Conditions& each : world.conditions)
    if (each.from_seconds > from) until = std::min(until, each.from_seconds);
  std::optional<double> before;
  double most = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const double end = static_cast<double>(i + 1) * outcomes.step_seconds;
    const double limit = outcomes.steps[i].limit;
    if (end <= from + 1e-9) before = limit;
    if (end > from + 1e-9 && end <= until + 1e-9 && before)
      most = std::max(most, std::abs(limit / *before - 1));
  }
  return most;
}

// Requests that found no place because of the probe: as many as were turned away, unless the places
// that it left empty could not have done so many.
double lost_to_probe(const Outcomes::Step& step, const Phase& phase, int proxies) {
  const double needed = static_cast<double>(phase.needed) * proxies;
  const double empty = needed * step.probe_seconds - step.probe_in_flight;
  const double could = std::max(0.0, empty) / needed * phase.goodput_per_second;
  return std::min(could, static_cast<double>(step.probe_shed));
}

}  // namespace

void judge_limit(const World& world, const Outcomes& outcomes, const Oracle& oracle, Score& score) {
  double sum = 0, count = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const double begin = static_cast<double>(i) * outcomes.step_seconds;
    const Phase* phase = oracle.at(begin);
    if (begin < world.warm_up_seconds || phase == nullptr || !phase->limiting) continue;
    sum += outcomes.steps[i].limit / phase->needed - 1;
    count += 1;
  }
  if (count > 0) score.limit_error = sum / count;
  if (!world.step_seconds) return;
  score.limit_shift = shifted_after(world, outcomes);
  const Phase* after = oracle.at(*world.step_seconds);
  score.has_limit_step = after != nullptr && after->limiting;
  if (score.has_limit_step)
    score.limit_settle_seconds = settled_after(*after, *world.step_seconds, outcomes);
}

void judge_probes(const World& world, const Outcomes& outcomes, const Oracle& oracle,
                  Score& score) {
  double lost = 0, seconds = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const double begin = static_cast<double>(i) * outcomes.step_seconds;
    if (begin < world.warm_up_seconds) continue;
    seconds += outcomes.step_seconds;
    score.probe_seconds += outcomes.steps[i].probe_seconds;
    if (const Phase* phase = oracle.at(begin))
      lost += lost_to_probe(outcomes.steps[i], *phase, world.proxies);
  }
  if (seconds > 0 && oracle.goodput_per_second > 0)
    score.probe_loss = lost / seconds / oracle.goodput_per_second;
}

}  // namespace weir::simulator
