#include "load-tests/simulator/measured.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>

#include "load-tests/pieces/quantities.h"
#include "load-tests/simulator/bench.h"
#include "load-tests/simulator/judge.h"
#include "load-tests/simulator/trace_lines.h"

namespace weir::simulator {
namespace {

constexpr std::string_view kHead = "first_due_seconds,due_seconds,ended_seconds,outcome";
// Scores that need no look behind the callers.
constexpr std::array<std::string_view, 8> kSeen{
    "goodput_share",      "w50",        "w99",           "false_shed_share",
    "hurried_shed_share", "late_share", "amplification", "converge_seconds"};

struct Line {
  double first_due = 0, due = 0;
  std::optional<double> ended;
  std::string_view outcome;
};

std::optional<Line> parse(std::string_view text) {
  const auto cells = pieces::split(text, ',');
  if (cells.size() != 4) return {};
  const auto first_due = pieces::parse_number(cells[0]);
  const auto due = pieces::parse_number(cells[1]);
  if (!first_due || !due || *first_due < 0 || *due < *first_due) return {};
  Line line{.first_due = *first_due, .due = *due, .ended = {}, .outcome = cells[3]};
  if (line.outcome == "open") return cells[2].empty() ? std::optional(line) : std::nullopt;
  line.ended = pieces::parse_number(cells[2]);
  constexpr std::array<std::string_view, 5> kOutcomes{"ok", "shed", "failed", "error", "timeout"};
  const bool known = std::find(kOutcomes.begin(), kOutcomes.end(), line.outcome) != kOutcomes.end();
  return line.ended && *line.ended >= *due && known ? std::optional(line) : std::nullopt;
}

class Counter {
 public:
  Counter(const World& world, int steps) : deadline_(world.deadline()) {
    outcomes.step_seconds = world.seconds / steps;
    outcomes.steps.resize(static_cast<size_t>(steps));
  }

  void count(const Line& line, bool of_batch) {
    if (Outcomes::Step* begun = at(line.due)) {
      ++begun->attempts;
      if (line.first_due == line.due) ++begun->firsts;
      if (!of_batch) ++begun->hurried;
    }
    Outcomes::Step* ended = line.ended ? at(*line.ended) : nullptr;
    if (ended == nullptr) return;
    if (line.outcome == "shed") {
      ++ended->shed;
      if (!of_batch) ++ended->hurried_shed;
    } else if (line.outcome == "ok") {
      const double latency = *line.ended - line.first_due;
      ended->latencies.push_back(static_cast<float>(latency));
      ++(latency <= deadline_ ? ended->good : ended->late);
    } else {
      ++ended->failed;
    }
  }

  Outcomes outcomes;

 private:
  // Null behind the end: a simulated run sees nothing of it either.
  Outcomes::Step* at(double seconds) {
    const auto index = static_cast<size_t>(seconds / outcomes.step_seconds);
    return index < outcomes.steps.size() ? &outcomes.steps[index] : nullptr;
  }

  const double deadline_;
};

std::optional<Fault> count_log(const std::string& path, bool of_batch, Counter& counter) {
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text))
    return path + ": cannot be read, expected what weir-load --requests has written";
  if (text != kHead) return path + ":1: \"" + text + "\", expected " + std::string(kHead);
  for (size_t number = 2; std::getline(file, text); ++number) {
    const auto line = parse(text);
    if (!line)
      return path + ":" + std::to_string(number) + ": \"" + text +
             "\", expected a line of weir-load --requests";
    counter.count(*line, of_batch);
  }
  return {};
}

}  // namespace

Scenario on_machine(Scenario scenario, const Machine& machine) {
  for (World& world : scenario.worlds) {
    for (Conditions& each : world.conditions) each.outside_seconds += machine.wire;
    world.lapse_every_seconds = machine.lapse_every;
    world.lapse_seconds = machine.lapse;
  }
  return scenario;
}

std::variant<MeasuredRun, Fault> judge_measured(const Scenario& scenario,
                                                const MeasuredSpec& spec) {
  const auto found = std::find_if(scenario.worlds.begin(), scenario.worlds.end(),
                                  [&spec](const World& each) { return each.name == spec.world; });
  if (found == scenario.worlds.end()) {
    std::string known;
    for (const World& each : scenario.worlds)
      known += (known.empty() ? "\"" : ", \"") + each.name + "\"";
    return scenario.name + " has no world \"" + spec.world + "\", expected one of " + known;
  }
  const World world = shortened(*found, spec.shorter);
  const auto read = read_measured(world, spec, BenchSpec{}.trace_steps);
  if (const Fault* fault = std::get_if<Fault>(&read)) return *fault;
  const auto& outcomes = std::get<Outcomes>(read);
  const Score score = judge(world, outcomes, {.goodput_per_second = spec.oracle, .phases = {}});
  MeasuredRun run{.scores = {}, .trace = trace_of(world, outcomes)};
  for (const std::string_view name : kSeen) run.scores.emplace_back(name, value_of(score, name));
  return run;
}

std::variant<Outcomes, Fault> read_measured(const World& world, const MeasuredSpec& spec,
                                            int steps) {
  Counter counter(world, steps);
  if (auto fault = count_log(spec.requests, false, counter)) return *fault;
  if (!spec.batch.empty())
    if (auto fault = count_log(spec.batch, true, counter)) return *fault;
  return std::move(counter.outcomes);
}

std::string to_json(const MeasuredRun& run) {
  nlohmann::ordered_json json;
  for (const auto& [name, value] : run.scores)
    json[std::string(name)] = value ? nlohmann::ordered_json(*value) : nullptr;
  json["over_time"] = lines_of(run.trace);
  for (const char* not_seen : {"limit", "in_flight", "waiting"}) json["over_time"].erase(not_seen);
  return json.dump() + "\n";
}

}  // namespace weir::simulator
