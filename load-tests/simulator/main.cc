#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "load-tests/pieces/quantities.h"
#include "load-tests/simulator/bench.h"
#include "load-tests/simulator/describe.h"
#include "load-tests/simulator/fuzz.h"
#include "load-tests/simulator/fuzz_report.h"
#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/measured.h"
#include "load-tests/simulator/page.h"
#include "load-tests/simulator/recorded_log.h"
#include "load-tests/simulator/replay.h"
#include "load-tests/simulator/report.h"
#include "load-tests/simulator/sweep.h"

// weir-sim: every known limiter against the same worlds, in virtual time.
namespace weir::simulator {
namespace {

constexpr std::string_view kDefault = "knee";

struct Options {
  std::vector<std::string> scenarios;
  std::vector<std::string> limiters;
  std::string folder = "load-tests/scenarios";
  int seeds = 0;
  bool all_details = false, json = false, is_short = false;
  uint64_t worlds = 200, seed = 1, first_world = 0;
  int width = 100;
  std::string html;
  std::string log, service = "fifo", deadline, warm_up;
  int workers = 0;
  MeasuredSpec measured;
  Machine machine;
  std::string only_world;
};

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

void show_progress(int done, int all) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%d of %d runs%s", done, all, done == all ? "\n" : "");
}

BenchSpec bench_of(const Options& options) {
  check_limiters(options.limiters);
  return {.scenarios = read_scenarios(options),
          .limiters = options.limiters.empty() ? gate_names() : options.limiters,
          .seeds = options.is_short && options.seeds == 0 ? 3 : options.seeds,
          .shorter = options.is_short ? 0.5 : options.measured.shorter};
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
    std::fprintf(stderr, "weir-sim: %s, %s: %s misses %s\n", cell.scenario.c_str(),
                 cell.world.c_str(), cell.limiter.c_str(), cell.missed.front().c_str());
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
                       .trace_steps = 100};
  const BenchResult result = run_bench(spec, show_progress);
  if (options.json) return std::cout << to_json(result), 0;
  show_fuzzed(result, spec.limiters, options.seed);
  return 0;
}

void add_limiters(CLI::App* verb, Options& options) {
  verb->add_option("--limiter", options.limiters, "only these; fixed:N is weir's own gate at N")
      ->expected(1, -1);
}

void add_outputs(CLI::App* verb, Options& options) {
  verb->add_flag("--details", options.all_details, "also every world with every score");
  verb->add_flag("--json", options.json, "everything, as JSON");
  verb->add_option("--html", options.html,
                   "also a page for the browser: the table by every score, each run over time")
      ->type_name("FILE");
}

void add_scenarios(CLI::App* verb, Options& options) {
  verb->add_option("scenario", options.scenarios,
                   "names in the folder, or paths of YAML files; all when none");
  verb->add_option("--folder", options.folder, "of scenarios")->capture_default_str();
  verb->add_option("--wire", options.machine.wire,
                   "seconds that sockets add between service and gate")
      ->check(CLI::Range(0.0, 1.0));
  verb->add_option("--lapse", options.machine.lapse,
                   "seconds that each core is away at a time, with callers, service or gate on it")
      ->check(CLI::Range(0.0, 1.0));
  verb->add_option("--lapse-every", options.machine.lapse_every,
                   "how often, in seconds; more than --lapse, else never")
      ->check(CLI::Range(0.0, 3600.0));
  verb->add_option("--shorter", options.measured.shorter, "run this share of each world's time")
      ->check(CLI::Range(0.001, 1.0));
}

void add_runs(CLI::App* verb, Options& options) {
  add_scenarios(verb, options);
  verb->add_option("--seeds", options.seeds, "instead of each scenario's own number")
      ->check(CLI::Range(1, 1000));
  verb->add_flag("--short", options.is_short, "half the time, three seeds");
  verb->add_option("--world", options.only_world, "only this one of each scenario");
  add_limiters(verb, options);
}

void add_judge(CLI::App* verb, Options& options) {
  add_scenarios(verb, options);
  verb->add_option("--world", options.measured.world, "of the scenario")->required();
  verb->add_option("--requests", options.measured.requests, "log of weir-load")->required();
  verb->add_option("--batch", options.measured.batch, "log of the callers who are not in a hurry");
  verb->add_option("--oracle", options.measured.oracle, "goodput per second, from `run --json`")
      ->required();
}

void add_replay(CLI::App* verb, Options& options) {
  verb->footer(
      "The log is a CSV file with a header; the columns are found by name, others passed over:\n"
      "  arrival_seconds  when the request came: since anything, since 1970 too; never backwards\n"
      "  service_seconds  what it cost a worker, without any waiting; above 0\n"
      "  class            optional, 0 to 255, handed to the limiter's gate\n"
      "The same requests come to each limiter at the same times with the same work, whatever the\n"
      "limiter does: nobody comes again. The scores are those of `run`; the oracle knows "
      "--workers.");
  verb->add_option("log", options.log, "the recorded requests")->required()->type_name("FILE.csv");
  verb->add_option("--workers", options.workers,
                   "how many requests the service works on at once: its capacity, needed")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  verb->add_option("--service", options.service,
                   "fifo: so many workers, first come first served; sharing: all inside share so "
                   "many processors")
      ->check(CLI::IsMember({"fifo", "sharing"}))
      ->capture_default_str();
  verb->add_option("--deadline", options.deadline,
                   "when callers give up, like 500ms; when none, they stay, and an answer is in "
                   "time within ten 99th percentiles of service_seconds, at least 100ms")
      ->type_name("DURATION");
  verb->add_option("--warm-up", options.warm_up, "not judged; a twelfth of the log when none")
      ->type_name("DURATION");
  verb->add_option("--seeds", options.seeds, "runs, that differ in the limiters' own chance only")
      ->check(CLI::Range(1, 1000));
  add_limiters(verb, options);
  add_outputs(verb, options);
}

void add_fuzz(CLI::App* verb, Options& options) {
  verb->add_option("--worlds", options.worlds, "how many")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  verb->add_option("--seed", options.seed, "of the worlds")->capture_default_str();
  verb->add_option("--first-world", options.first_world, "number of the first")
      ->capture_default_str();
  verb->add_flag("--json", options.json, "everything, as JSON");
  add_limiters(verb, options);
}

int main_of(int count, char** words) {
  Options options;
  CLI::App app{
      "weir-sim: every known limiter against the same services, callers and faults, in virtual "
      "time.\n"
      "The same seeds give the same bytes on every machine."};
  app.require_subcommand(1);
  CLI::App* run_verb = app.add_subcommand("run", "the table: limiters down, scenarios across");
  add_runs(run_verb, options);
  add_outputs(run_verb, options);
  CLI::App* trace_verb = app.add_subcommand("trace", "one run over time, in the terminal");
  add_runs(trace_verb, options);
  trace_verb->add_option("--width", options.width, "in characters")
      ->check(CLI::Range(20, 400))
      ->capture_default_str();
  CLI::App* sweep_verb = app.add_subcommand(
      "sweep", "what each constant limit reaches in each world, beside a limiter");
  add_runs(sweep_verb, options);
  CLI::App* replay_verb = app.add_subcommand(
      "replay", "a recorded log of requests against a service of known capacity");
  add_replay(replay_verb, options);
  add_fuzz(app.add_subcommand("fuzz", "worlds drawn by chance, the worst of them by name"),
           options);
  CLI::App* describe_verb = app.add_subcommand("describe", "scenarios as JSON, defaults filled in");
  add_scenarios(describe_verb, options);
  CLI::App* judge_verb = app.add_subcommand(
      "judge", "a run on real sockets as JSON: its scores, and each figure over time");
  add_judge(judge_verb, options);
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (run_verb->parsed()) return run(options);
  if (replay_verb->parsed()) return replay(options);
  if (judge_verb->parsed()) return judge(options);
  if (describe_verb->parsed())
    return std::cout << describe(read_scenarios(options), options.measured.shorter), 0;
  if (options.limiters.empty() && (sweep_verb->parsed() || trace_verb->parsed()))
    options.limiters = {std::string(kDefault)};
  if (sweep_verb->parsed()) return show_sweep(options);
  if (trace_verb->parsed()) {
    if (options.seeds == 0) options.seeds = 1;
    return trace(options);
  }
  return fuzz(options);
}

}  // namespace
}  // namespace weir::simulator

int main(int count, char** words) { return weir::simulator::main_of(count, words); }
