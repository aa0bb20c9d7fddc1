#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>
#include <variant>

#include "load-tests/pieces/quantities.h"
#include "load-tests/simulator/bench.h"
#include "load-tests/simulator/command_line.h"
#include "load-tests/simulator/describe.h"
#include "load-tests/simulator/fuzz.h"
#include "load-tests/simulator/fuzz_report.h"
#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/measured.h"
#include "load-tests/simulator/oracle_store.h"
#include "load-tests/simulator/outdone.h"
#include "load-tests/simulator/page.h"
#include "load-tests/simulator/recorded_log.h"
#include "load-tests/simulator/replay.h"
#include "load-tests/simulator/report.h"
#include "load-tests/simulator/sweep.h"

// weir-sim: every known limiter against the same worlds, in virtual time.
namespace weir::simulator {
namespace {

constexpr std::string_view kDefault = "knee";

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "weir-sim: %s\n", why.c_str());
  std::exit(2);
}

void check_limiters(const std::vector<std::string>& limiters) {
  for (const std::string& name : limiters) {
    if (gate_named(name)) continue;
    std::string known = "fixed:N, none";
    for (const std::string& each : gate_names()) known += ", " + each;
    fail("limiter \"" + name + "\" is not known, expected one of " + known);
  }
}

void keep_world(Scenario& scenario, const std::string& name) {
  std::string known;
  for (const World& each : scenario.worlds)
    known += (known.empty() ? "\"" : ", \"") + each.name + "\"";
  std::erase_if(scenario.worlds, [&name](const World& each) { return each.name != name; });
  if (scenario.worlds.empty())
    fail(scenario.name + " has no world \"" + name + "\", expected one of " + known);
}

std::vector<Scenario> read_scenarios(const Options& options) {
  std::vector<std::string> paths;
  for (const std::string& name : options.scenarios)
    paths.push_back(name.find('.') == std::string::npos ? options.folder + "/" + name + ".yaml"
                                                        : name);
  if (paths.empty()) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(options.folder, error))
      if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
    if (error)
      fail(options.folder + ": " + error.message() + ", expected a folder of scenarios (--folder)");
    std::sort(paths.begin(), paths.end());
  }
  std::vector<Scenario> scenarios;
  for (const std::string& path : paths) {
    auto read = read_scenario(path);
    if (const Fault* fault = std::get_if<Fault>(&read)) fail(*fault);
    scenarios.push_back(on_machine(std::get<Scenario>(read), options.machine));
    if (!options.only_world.empty()) keep_world(scenarios.back(), options.only_world);
  }
  return scenarios;
}

std::optional<OracleStore> oracles_of(const Options& options) {
  if (options.oracles.empty()) return std::nullopt;
  if (const auto fault = OracleStore::fault_of(options.oracles)) fail(*fault);
  return OracleStore(options.oracles);
}

void show_progress(int done, int all) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%d of %d runs%s", done, all, done == all ? "\n" : "");
}

BenchSpec bench_of(const Options& options) {
  check_limiters(options.limiters);
  return {.scenarios = read_scenarios(options),
          .limiters = options.limiters.empty() ? gate_names() : options.limiters,
          .seeds = options.seeds,
          .least_seeds = options.is_short ? 5 : 1,
          .shorter = options.is_short ? 0.5 : options.measured.shorter,
          // Half the time leaves more to chance.
          .leeway = options.is_short ? 0.03 : 0,
          .traced_seed = options.traced_seed,
          .oracles = oracles_of(options)};
}

// The bench, and what came of it as the options ask.
BenchResult run_and_show(const BenchSpec& spec, const Options& options) {
  // Before the work, not after it.
  if (!options.html.empty())
    if (const auto fault = page_fault(options.html)) fail(*fault);
  BenchResult result = run_bench(spec, show_progress);
  if (options.json) {
    std::cout << to_json(result);
  } else {
    std::cout << matrix(result, "goodput_share", true) << "\n"
              << matrix(result, "w99", false) << "\n"
              << "Medians over the seeds, of each scenario's worst world; * misses a bar.\n";
    if (const std::string table = outdone(result); !table.empty()) std::cout << "\n" << table;
    if (options.all_details) std::cout << "\n" << details(result);
  }
  std::cout.flush();
  if (!options.html.empty())
    if (const auto fault = write_page(options.html, to_page(spec, result))) fail(*fault);
  return result;
}

// 1: weir's default misses a bar that it is not known to miss.
int run(const Options& options) {
  const BenchResult result = run_and_show(bench_of(options), options);
  int regressed = 0;
  for (const WorldCell& cell : result.cells) {
    if (cell.limiter != kDefault || !cell.regressed) continue;
    ++regressed;
    // What is known to be missed stands among them: it may be a part of the reason.
    for (const std::string& missed : cell.missed)
      std::fprintf(stderr, "weir-sim: %s, %s: %s misses %s\n", cell.scenario.c_str(),
                   cell.world.c_str(), cell.limiter.c_str(), missed.c_str());
  }
  return regressed > 0 ? 1 : 0;
}

int trace(const Options& options) {
  const BenchResult result = run_bench(bench_of(options), nullptr);
  for (const WorldCell& cell : result.cells) std::cout << plot(cell, options.width) << "\n";
  return 0;
}

int show_sweep(const Options& options) {
  std::cout << sweep(bench_of(options), show_progress);
  return 0;
}

int judge(const Options& options) {
  const auto run = judge_measured(read_scenarios(options).front(), options.measured);
  if (const Fault* fault = std::get_if<Fault>(&run)) fail(*fault);
  std::cout << to_json(std::get<MeasuredRun>(run));
  return 0;
}

std::optional<double> seconds_of(const std::string& flag, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto value = pieces::parse_duration(text);
  if (!value || *value <= limiters::Duration(0))
    fail(flag + " \"" + text + "\" is not a duration above 0, expected one like 500ms, 2s or 5m");
  return limiters::to_seconds(*value);
}

int replay(const Options& options) {
  check_limiters(options.limiters);
  if (options.workers == 0)
    fail("--workers is missing: a log does not say how many requests its service works on at once");
  ReplaySpec spec{
      .file = options.log,
      .workers = options.workers,
      .discipline = options.service == "fifo" ? Discipline::kFifo : Discipline::kSharing,
      .deadline_seconds = seconds_of("--deadline", options.deadline),
      .warm_up_seconds = seconds_of("--warm-up", options.warm_up)};
  const auto read = read_log(options.log);
  if (const auto* faults = std::get_if<std::vector<Fault>>(&read)) {
    for (const Fault& each : *faults) std::fprintf(stderr, "weir-sim: %s\n", each.c_str());
    return 2;
  }
  const auto& log = std::get<std::vector<Recorded>>(read);
  if (spec.warm_up_seconds.value_or(0) >= log.back().at_seconds)
    fail("--warm-up " + options.warm_up + ", expected less than the log is long");
  run_and_show({.scenarios = {replay_of(log, spec)},
                .limiters = options.limiters.empty() ? gate_names() : options.limiters,
                .seeds = options.seeds},
               options);
  return 0;
}

int fuzz(const Options& options) {
  check_limiters(options.limiters);
  Scenario scenario;
  scenario.name = "fuzz";
  scenario.seeds = 1;
  for (uint64_t i = 0; i < options.worlds; ++i)
    scenario.worlds.push_back(fuzzed_world(options.seed, options.first_world + i));
  const BenchSpec spec{.scenarios = {scenario},
                       .limiters = options.limiters.empty() ? gate_names() : options.limiters,
                       .trace_steps = 100,
                       .oracles = oracles_of(options)};
  const BenchResult result = run_bench(spec, show_progress);
  if (options.json) return std::cout << to_json(result), 0;
  show_fuzzed(result, spec.limiters, options.seed);
  return 0;
}

int main_of(int count, char** words) {
  auto read = read_command_line(count, words);
  if (const int* status = std::get_if<int>(&read)) return *status;
  auto options = std::get<Options>(std::move(read));
  switch (options.verb) {
    case Verb::kRun:
      return run(options);
    case Verb::kReplay:
      return replay(options);
    case Verb::kJudge:
      return judge(options);
    case Verb::kFuzz:
      return fuzz(options);
    case Verb::kDescribe:
      return std::cout << describe(read_scenarios(options), options.measured.shorter), 0;
    case Verb::kSweep:
      break;
    case Verb::kTrace:
      // The oracle is the one of that many seeds, so that scores are those of `run --seeds`.
      options.seeds = std::max(options.seeds, options.traced_seed);
      break;
  }
  if (options.limiters.empty()) options.limiters = {std::string(kDefault)};
  return options.verb == Verb::kSweep ? show_sweep(options) : trace(options);
}

}  // namespace
}  // namespace weir::simulator

int main(int count, char** words) { return weir::simulator::main_of(count, words); }
