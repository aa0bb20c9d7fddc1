#include "load-tests/simulator/judge.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "load-tests/simulator/draws.h"
#include "load-tests/simulator/judge_limit.h"
#include "load-tests/simulator/judge_step.h"
#include "load-tests/simulator/judge_tenants.h"

namespace weir::simulator {
namespace {

// Slope of log(limit) over time, per hour, by least squares over the second half.
double drift_per_hour(const Outcomes& outcomes) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (size_t i = outcomes.steps.size() / 2; i < outcomes.steps.size(); ++i) {
    const double hours = static_cast<double>(i) * outcomes.step_seconds / 3600;
    const double log_limit = exact_log(std::max(outcomes.steps[i].limit, 1.0));
    n += 1;
    x += hours;
    y += log_limit;
    xx += hours * hours;
    xy += hours * log_limit;
  }
  const double spread = n * xx - x * x;
  return spread > 0 ? (n * xy - x * y) / spread : 0;
}

double fairness_of(const World& world, const Outcomes& outcomes) {
  std::vector<double> good(static_cast<size_t>(world.proxies));
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    if (static_cast<double>(i) * outcomes.step_seconds < world.warm_up_seconds) continue;
    const std::vector<int>& of_step = outcomes.steps[i].good_by_proxy;
    for (size_t j = 0; j < of_step.size(); ++j) good[j] += of_step[j];
  }
  return jain(good);
}

}  // namespace

double goodput_per_second(const World& world, const Outcomes& outcomes) {
  double good = 0;
  double seconds = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    if (static_cast<double>(i) * outcomes.step_seconds < world.warm_up_seconds) continue;
    good += outcomes.steps[i].good;
    seconds += outcomes.step_seconds;
  }
  return seconds > 0 ? good / seconds : 0;
}

Score judge(const World& world, const Outcomes& outcomes, const Oracle& oracle) {
  Score score;
  std::vector<float> latencies;
  double calm_offered = 0, calm_shed = 0, late = 0, good = 0, attempts = 0, firsts = 0, most = 0;
  double hurried = 0, hurried_shed = 0, least_good = 0, begun = 0, completed = 0, failed = 0,
         shed = 0;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const Outcomes::Step& step = outcomes.steps[i];
    const double begin = static_cast<double>(i) * outcomes.step_seconds;
    most = std::max(most, step.most_inside / world.at(begin).workers);
    if (begin < world.warm_up_seconds) continue;
    latencies.insert(latencies.end(), step.latencies.begin(), step.latencies.end());
    const bool calm =
        !world.frozen_between(begin, begin + outcomes.step_seconds) &&
        (world.at(begin).load + world.at(begin).batch_load) * world.at(begin).capacity() <
            0.9 * world.capacity_at(begin);
    if (calm && world.clients == 0) {
      calm_offered += step.attempts;
      calm_shed += step.shed;
    }
    late += step.late;
    good += step.good;
    attempts += step.attempts;
    firsts += step.firsts;
    hurried += step.hurried;
    hurried_shed += step.hurried_shed;
    least_good += step.least_good;
    begun += step.begun;
    completed += step.completed;
    failed += step.failed;
    shed += step.shed;
  }
  score.goodput_per_second = goodput_per_second(world, outcomes);
  if (oracle.goodput_per_second > 0)
    score.goodput_share = score.goodput_per_second / oracle.goodput_per_second;
  score.w50 = quantile(latencies, 0.5) / world.unloaded(0.5);
  score.w99 = quantile(latencies, 0.99) / world.unloaded(0.99);
  score.false_shed_share = calm_offered > 0 ? calm_shed / calm_offered : 0;
  score.hurried_shed_share = hurried > 0 ? hurried_shed / hurried : 0;
  score.unfinished_share = begun > 0 ? std::max(0.0, 1 - completed / begun) : 0;
  score.late_share = good + late > 0 ? late / (good + late) : 0;
  score.failed_share = attempts > shed ? failed / (attempts - shed) : 0;
  score.amplification = firsts > 0 ? attempts / firsts : 1;
  score.overshoot = most;
  score.drift_per_hour = drift_per_hour(outcomes);
  judge_step(world, outcomes, score);
  if (world.has_batch()) score.least_share = good > 0 ? least_good / good : 0;
  score.left_at_end = outcomes.left;
  if (world.proxies > 1) score.fairness = fairness_of(world, outcomes);
  if (outcomes.answers_until_moved) score.answers_until_moved = *outcomes.answers_until_moved;
  judge_tenants(world, outcomes, score);
  judge_limit(world, outcomes, oracle, score);
  judge_probes(world, outcomes, oracle, score);
  return score;
}

Trace trace_of(const World& world, const Outcomes& outcomes) {
  Trace trace{.step_seconds = outcomes.step_seconds, .steps = {}};
  std::string reason;
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const Outcomes::Step& step = outcomes.steps[i];
    std::vector<float> latencies = step.latencies;
    const double over = outcomes.step_seconds;
    const double begin = static_cast<double>(i) * over;
    trace.steps.push_back({.at_seconds = begin + over,
                           .limit = step.limit,
                           .in_flight = step.in_flight,
                           .waiting = step.waiting,
                           .offered_per_second = step.attempts / over,
                           .capacity_per_second = world.capacity_at(begin),
                           .goodput_per_second = step.good / over,
                           .shed_per_second = step.shed / over,
                           .latency_p50_seconds = quantile(latencies, 0.5),
                           .latency_p99_seconds = quantile(latencies, 0.99),
                           .reason = step.reason == reason ? "" : step.reason});
    reason = step.reason;
  }
  return trace;
}

}  // namespace weir::simulator
