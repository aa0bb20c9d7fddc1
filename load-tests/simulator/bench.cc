#include "load-tests/simulator/bench.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

// Times the true width, as the oracle tries them; a few will do for a look.
const std::vector<double> kWidths{0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 6.0};
const std::vector<double> kFewWidths{1.0, 1.5, 3.0};

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
  char text[96];
  std::snprintf(text, sizeof text, "%s %.3g, %s %.3g", bar.score.c_str(), value,
                bar.at_least ? "at least" : "at most", bar.at_least ? *bar.at_least : *bar.at_most);
  return text;
}

void hold_to_bars(const Scenario& scenario, WorldCell& cell) {
  for (const Bar& bar : scenario.bars) {
    if (bar.score == "converge_seconds" && !cell.seeds.front().has_step) continue;
    const std::vector<double> values = values_of(cell.seeds, bar.score);
    const double value = median(values);
    const bool never = values.size() < cell.seeds.size();
    const bool met = !never && (!bar.at_least || value >= *bar.at_least) &&
                     (!bar.at_most || value <= *bar.at_most);
    if (met) continue;
    cell.missed.push_back(never ? bar.score + " never" : in_words(bar, value));
    const auto& known = scenario.not_yet;
    cell.regressed =
        cell.regressed || std::find(known.begin(), known.end(), bar.score) == known.end();
  }
}

class Bench {
 public:
  Bench(const BenchSpec& spec, const std::function<void(int, int)>& progress)
      : spec_(spec), progress_(progress), widths_(spec.shorter < 1 ? kFewWidths : kWidths) {
    for (const Scenario& scenario : spec.scenarios)
      for (const World& world : scenario.worlds)
        places_.push_back({&scenario, shortened(world, spec.shorter), seeds_of(scenario)});
    for (const Place& place : places_)
      runs_ += place.seeds * static_cast<int>(spec.limiters.size() + widths_.size());
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
  };

  int seeds_of(const Scenario& scenario) const {
    return spec_.seeds > 0 ? spec_.seeds : scenario.seeds;
  }
  void note_runs(int runs) {
    const std::lock_guard lock(mutex_);
    done_ += runs;
    if (progress_) progress_(done_, runs_);
  }

  void find_oracles() {
    std::vector<double> goodput(places_.size() * widths_.size());
    in_parallel(goodput.size(), [&](size_t at) {
      const Place& place = places_[at / widths_.size()];
      std::vector<double> seeds;
      for (int seed = 1; seed <= place.seeds; ++seed)
        seeds.push_back(goodput_per_second(
            place.world, Simulation(place.world, knowing_gate(widths_[at % widths_.size()]),
                                    static_cast<uint64_t>(seed), spec_.trace_steps)
                             .run()));
      goodput[at] = median(seeds);
      note_runs(place.seeds);
    });
    for (size_t i = 0; i < places_.size(); ++i) {
      const auto begin = goodput.begin() + static_cast<std::ptrdiff_t>(i * widths_.size());
      // Of widths that do nearly as well the smallest.
      const double most =
          *std::max_element(begin, begin + static_cast<std::ptrdiff_t>(widths_.size()));
      const auto best = std::find_if(begin, begin + static_cast<std::ptrdiff_t>(widths_.size()),
                                     [most](double each) { return each >= 0.995 * most; });
      result_.oracles.push_back({places_[i].scenario->name, places_[i].world.name,
                                 widths_[static_cast<size_t>(best - begin)], most});
    }
  }

  WorldCell cell(size_t place_at, size_t limiter_at) {
    const Place& place = places_[place_at];
    WorldCell cell{.scenario = place.scenario->name,
                   .world = place.world.name,
                   .limiter = spec_.limiters[limiter_at],
                   .seeds = {},
                   .missed = {},
                   .regressed = false,
                   .trace = {}};
    const MakeGate gate = gate_named(cell.limiter);
    for (int seed = 1; seed <= place.seeds; ++seed) {
      const Outcomes outcomes =
          Simulation(place.world, gate, static_cast<uint64_t>(seed), spec_.trace_steps).run();
      cell.seeds.push_back(
          judge(place.world, outcomes, result_.oracles[place_at].goodput_per_second));
      if (seed == 1) cell.trace = trace_of(place.world, outcomes);
    }
    hold_to_bars(*place.scenario, cell);
    note_runs(place.seeds);
    return cell;
  }

  const BenchSpec& spec_;
  const std::function<void(int, int)>& progress_;
  const std::vector<double>& widths_;
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
