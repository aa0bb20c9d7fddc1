#include "load-tests/simulator/command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace weir::simulator {
namespace {

void add_limiters(CLI::App* verb, Options& options) {
  verb->add_option("--limiter", options.limiters, "only these; fixed:N is weir's own gate at N")
      ->expected(1, -1);
}

void add_oracles(CLI::App* verb, Options& options) {
  verb->add_option("--oracles", options.oracles,
                   "keep what the oracle finds there, and search no world a second time; to be "
                   "emptied when the simulator itself has changed")
      ->type_name("FOLDER");
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
  verb->add_flag(
      "--short", options.is_short,
      "half the time, five seeds at least; fails where a bar is missed by three hundredths");
  verb->add_option("--world", options.only_world, "only this one of each scenario");
  add_limiters(verb, options);
  add_oracles(verb, options);
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
      "  class            optional, 0 to 255: the priority, 0 the most important\n"
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
  add_oracles(verb, options);
}

}  // namespace

std::variant<Options, int> read_command_line(int count, char** words) {
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
  trace_verb
      ->add_option("--seed", options.traced_seed,
                   "whose run is shown; so many are played, as by --seeds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  trace_verb->add_option("--width", options.width, "in characters")
      ->check(CLI::Range(20, 400))
      ->capture_default_str();
  CLI::App* sweep_verb = app.add_subcommand(
      "sweep", "what each constant limit reaches in each world, beside a limiter");
  add_runs(sweep_verb, options);
  CLI::App* replay_verb = app.add_subcommand(
      "replay", "a recorded log of requests against a service of known capacity");
  add_replay(replay_verb, options);
  CLI::App* fuzz_verb =
      app.add_subcommand("fuzz", "worlds drawn by chance, the worst of them by name");
  add_fuzz(fuzz_verb, options);
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
  const std::pair<const CLI::App*, Verb> verbs[] = {
      {run_verb, Verb::kRun},       {trace_verb, Verb::kTrace}, {sweep_verb, Verb::kSweep},
      {replay_verb, Verb::kReplay}, {fuzz_verb, Verb::kFuzz},   {describe_verb, Verb::kDescribe},
      {judge_verb, Verb::kJudge}};
  for (const auto& [asked, verb] : verbs)
    if (asked->parsed()) options.verb = verb;
  return options;
}

}  // namespace weir::simulator
