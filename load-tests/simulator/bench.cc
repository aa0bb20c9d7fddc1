#include "load-tests/simulator/bench.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>
#include <thread>

#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

// Calls `work` with 0 to `count` - 1 on all cores.
void in_parallel(size_t count, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < cores; ++i)
    threads.emplace_back([&] {
      for (size_t at = next++; at < count; at = next++) work(at);
    });
  for (std::thread& thread : threads) thread.join();
}

std::string in_words(const Bar& bar, double value) {
  const bool too_little = bar.at_least && value < *bar.at_least;
  char text[96];
  std::snprintf(text, sizeof text, "%s %.3g, %s %.3g", bar.score.c_str(), value,
                too_little ? "at least" : "at most", too_little ? *bar.at_least : *bar.at_most);
  return text;
}

bool meets(const Bar& bar, double value, double leeway) {
  return (!bar.at_least || value >= *bar.at_least - std::abs(*bar.at_least) * leeway) &&
         (!bar.at_most || value <= *bar.at_most + std::abs(*bar.at_most) * leeway);
}

// A world without a step has nothing to come to rest after.
bool applies(const Bar& bar, const Score& first) {
  if (const auto timed = is_timed(first, bar.score)) return *timed;
  if (bar.score == "least_share") return first.least_share.has_value();
  if (bar.score == "limit_shift") return first.limit_shift.has_value();
  if (bar.score == "fairness") return first.fairness.has_value();
  return true;
}

void hold_to_bars(const Scenario& scenario, double leeway, WorldCell& cell) {
  for (const Bar& bar : scenario.bars_of(cell.world)) {
    if (!applies(bar, cell.seeds.front())) continue;
    const std::vector<double> values = values_of(cell.seeds, bar.score);
    const double value = median(values);
    const bool never = values.size() < cell.seeds.size();
    if (!never && meets(bar, value, 0)) continue;
    cell.missed.push_back(never ? bar.score + " never" : in_words(bar, value));
    if (!never && meets(bar, value, leeway)) continue;
    cell.regressed = cell.regressed || !bar.not_yet;
  }
}

class Bench {
 public:
  Bench(const BenchSpec& spec, const std::function<void(int, int)>& progress)
      : spec_(spec), progress_(progress) {
    for (const Scenario& scenario : spec.scenarios)
      for (const World& world : scenario.worlds)
        places_.push_back({&scenario, shortened(world, spec.shorter), seeds_of(scenario)});
    for (const Place& place : places_)
      runs_ += place.seeds * (static_cast<int>(spec.limiters.size()) + kThorough.rounds);
  }

  BenchResult run() {
    find_oracles();
    result_.cells.resize(places_.size() * spec_.limiters.size());
    in_parallel(result_.cells.size(), [this](size_t at) {
      result_.cells[at] = cell(at / spec_.limiters.size(), at % spec_.limiters.size());
    });
    return std::move(result_);
  }

 private:
  struct Place {
    const Scenario* scenario;
    World world;
    int seeds;
    double requests() const {
      const Conditions& last = world.conditions.back();
      return seeds * world.seconds * last.capacity() * (last.load + last.batch_load);
    }
  };

  int seeds_of(const Scenario& scenario) const {
    return spec_.seeds > 0 ? spec_.seeds : std::max(spec_.least_seeds, scenario.seeds);
  }
  void note_runs(int runs) {
    const std::lock_guard lock(mutex_);
    done_ += runs;
    if (progress_) progress_(done_, runs_);
  }

  // The longest first, for one search is one thread's.
  void find_oracles() {
    result_.oracles.resize(places_.size());
    std::vector<size_t> order(places_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [this](size_t one, size_t other) {
      return places_[one].requests() > places_[other].requests();
    });
    in_parallel(places_.size(), [&](size_t at) {
      const Place& place = places_[order[at]];
      const OracleEffort effort = spec_.shorter < 1 ? kQuick : kThorough;
      result_.oracles[order[at]] = {
          place.scenario->name, place.world.name,
          spec_.oracles ? spec_.oracles->find(place.world, place.seeds, spec_.trace_steps, effort)
                        : find_oracle(place.world, place.seeds, spec_.trace_steps, effort)};
      note_runs(place.seeds * kThorough.rounds);
    });
  }

  WorldCell cell(size_t place_at, size_t limiter_at) {
    const Place& place = places_[place_at];
    WorldCell cell{.scenario = place.scenario->name,
                   .world = place.world.name,
                   .limiter = spec_.limiters[limiter_at],
                   .seeds = {},
                   .missed = {},
                   .regressed = false,
                   .traced_seed = spec_.traced_seed,
                   .trace = {}};
    const MakeGate gate = gate_named(cell.limiter);
    for (int seed = 1; seed <= place.seeds; ++seed) {
      const Outcomes outcomes =
          Simulation(place.world, gate, static_cast<uint64_t>(seed), spec_.trace_steps).run();
      cell.seeds.push_back(judge(place.world, outcomes, result_.oracles[place_at].found));
      if (seed == spec_.traced_seed) cell.trace = trace_of(place.world, outcomes);
    }
    hold_to_bars(*place.scenario, spec_.leeway, cell);
    note_runs(place.seeds);
    return cell;
  }

  const BenchSpec& spec_;
  const std::function<void(int, int)>& progress_;
  std::vector<Place> places_;
  BenchResult result_;
  std::mutex mutex_;
  int done_ = 0, runs_ = 0;
};

}  // namespace

World shortened(World world, double share) {
  if (share >= 1) return world;
  world.seconds *= share;
  world.warm_up_seconds *= share;
  if (world.repeats) {
    std::erase_if(world.conditions,
                  [&](const Conditions& each) { return each.from_seconds >= world.seconds; });
    return world;
  }
  for (Conditions& each : world.conditions) each.from_seconds *= share;
  if (world.step_seconds) *world.step_seconds *= share;
  return world;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double worst(const std::vector<double>& values, bool more_is_better) {
  if (values.empty()) return 0;
  return more_is_better ? *std::min_element(values.begin(), values.end())
                        : *std::max_element(values.begin(), values.end());
}

std::vector<double> values_of(const std::vector<Score>& scores, std::string_view name) {
  std::vector<double> values;
  for (const Score& score : scores)
    if (const auto value = value_of(score, name)) values.push_back(*value);
  return values;
}

BenchResult run_bench(const BenchSpec& spec, const std::function<void(int, int)>& progress) {
  return Bench(spec, progress).run();
}

}  // namespace weir::simulator
