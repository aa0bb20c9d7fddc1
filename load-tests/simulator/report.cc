#include "load-tests/simulator/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace weir::simulator {
namespace {

using Json = nlohmann::ordered_json;

template <typename Of>
std::vector<std::string> distinct(const BenchResult& result, Of of) {
  std::vector<std::string> all;
  for (const WorldCell& cell : result.cells)
    if (std::find(all.begin(), all.end(), of(cell)) == all.end()) all.push_back(of(cell));
  return all;
}

struct Square {
  std::optional<double> value;
  bool missed = false;
};

Square worst_world(const BenchResult& result, const std::string& limiter,
                   const std::string& scenario, std::string_view score, bool more_is_better) {
  Square square;
  for (const WorldCell& cell : result.cells) {
    if (cell.limiter != limiter || cell.scenario != scenario) continue;
    const std::vector<double> values = values_of(cell.seeds, score);
    square.missed = square.missed || !cell.missed.empty();
    if (values.empty()) continue;
    const double value = median(values);
    if (!square.value || (more_is_better ? value < *square.value : value > *square.value))
      square.value = value;
  }
  return square;
}

Json to_json(const Score& score) {
  Json json;
  for (const std::string_view name : score_names()) {
    const auto value = value_of(score, name);
    json[std::string(name)] = value ? Json(*value) : Json(nullptr);
  }
  return json;
}

Json to_json(const OracleCell& oracle) {
  Json json{{"scenario", oracle.scenario},
            {"world", oracle.world},
            {"goodput_per_second", oracle.found.goodput_per_second}};
  for (const Phase& phase : oracle.found.phases)
    json["phases"].push_back({{"from", phase.from_seconds},
                              {"limit", phase.limit},
                              {"needed", phase.needed},
                              {"limiting", phase.limiting},
                              {"goodput_per_second", phase.goodput_per_second}});
  return json;
}

// The median, or `none` where a world has no such score.
std::string one_digit(const WorldCell& cell, std::string_view score, std::string_view none) {
  const std::vector<double> values = values_of(cell.seeds, score);
  return values.empty() ? std::string(none) : fmt::format("{:.1f}", median(values));
}

// One line of the plot: eight heights per character.
std::string line(const std::vector<double>& values, int width, double top) {
  static constexpr std::array<std::string_view, 9> kBars{" ", "▁", "▂", "▃", "▄",
                                                         "▅", "▆", "▇", "█"};
  std::string text;
  for (int column = 0; column < width; ++column) {
    const size_t from = static_cast<size_t>(column) * values.size() / static_cast<size_t>(width);
    const size_t to = std::max(
        from + 1, static_cast<size_t>(column + 1) * values.size() / static_cast<size_t>(width));
    double most = 0;
    for (size_t i = from; i < std::min(to, values.size()); ++i) most = std::max(most, values[i]);
    const double share = top > 0 ? std::min(1.0, most / top) : 0;
    text += kBars[static_cast<size_t>(std::ceil(share * 8))];
  }
  return text;
}

}  // namespace

std::string matrix(const BenchResult& result, std::string_view score, bool more_is_better) {
  const auto limiters = distinct(result, [](const WorldCell& c) { return c.limiter; });
  const auto scenarios = distinct(result, [](const WorldCell& c) { return c.scenario; });
  std::string text = fmt::format("| {:<26} |", score);
  for (const std::string& scenario : scenarios) text += fmt::format(" {:>5} |", scenario);
  text += " worst |\n|---|";
  for (size_t i = 0; i <= scenarios.size(); ++i) text += "---|";
  text += "\n";
  for (const std::string& limiter : limiters) {
    text += fmt::format("| {:<26} |", limiter);
    std::vector<double> all;
    for (const std::string& scenario : scenarios) {
      const Square square = worst_world(result, limiter, scenario, score, more_is_better);
      if (square.value) all.push_back(*square.value);
      const std::string shown = square.value ? fmt::format("{:.2f}", *square.value) : "-";
      text += fmt::format(" {:>{}} |", shown + (square.missed ? "*" : ""),
                          std::max<size_t>(5, scenario.size()));
    }
    text += fmt::format(" {:>5.2f} |\n", worst(all, more_is_better));
  }
  return text;
}

std::string details(const BenchResult& result) {
  std::string text = fmt::format(
      "{:<6} {:<22} {:<24} {:>7} {:>6} {:>7} {:>7} {:>7} {:>7} {:>6} {:>6} {:>7} {:>7} {:>7} {:>8} "
      " {}\n",
      "", "world", "limiter", "goodput", "worst", "w50", "w99", "false", "late", "step", "settle",
      "error", "p.loss", "p.secs", "drift/h", "missed");
  for (const WorldCell& cell : result.cells) {
    const auto mid = [&cell](std::string_view name) { return median(values_of(cell.seeds, name)); };
    const Score& first = cell.seeds.front();
    std::string missed;
    for (const std::string& each : cell.missed) missed += (missed.empty() ? "" : "; ") + each;
    text += fmt::format(
        "{:<6} {:<22} {:<24} {:>7.3f} {:>6.3f} {:>7.2f} {:>7.2f} {:>7.4f} {:>7.4f} {:>6} {:>6} "
        "{:>7} {:>7.4f} {:>7.2f} {:>8.2f}  {}\n",
        cell.scenario, cell.world, cell.limiter, mid("goodput_share"),
        worst(values_of(cell.seeds, "goodput_share"), true), mid("w50"), mid("w99"),
        mid("false_shed_share"), mid("late_share"),
        one_digit(cell, "converge_seconds", first.has_step ? "never" : ""),
        one_digit(cell, "limit_settle_seconds", first.has_limit_step ? "never" : ""),
        one_digit(cell, "limit_error", ""), mid("probe_loss"), mid("probe_seconds"),
        mid("drift_per_hour"), missed);
  }
  return text;
}

std::string to_json(const BenchResult& result) {
  Json json;
  for (const OracleCell& oracle : result.oracles) json["oracles"].push_back(to_json(oracle));
  for (const WorldCell& cell : result.cells) {
    Json one{{"scenario", cell.scenario}, {"world", cell.world}, {"limiter", cell.limiter}};
    for (const Score& score : cell.seeds) one["seeds"].push_back(to_json(score));
    one["missed"] = cell.missed;
    json["cells"].push_back(one);
  }
  return json.dump(1) + "\n";
}

std::string plot(const WorldCell& cell, int width) {
  const auto series = [&cell](double TraceStep::*of) {
    std::vector<double> values;
    for (const TraceStep& step : cell.trace.steps) values.push_back(step.*of);
    return values;
  };
  const auto top = [](const std::vector<double>& values) {
    return values.empty() ? 0.0 : *std::max_element(values.begin(), values.end());
  };
  std::string text = fmt::format(
      "{} {}, {}: {:.0f} s, seed {}\n", cell.scenario, cell.world, cell.limiter,
      cell.trace.steps.empty() ? 0.0 : cell.trace.steps.back().at_seconds, cell.traced_seed);
  const double most_rate = std::max(top(series(&TraceStep::offered_per_second)),
                                    top(series(&TraceStep::capacity_per_second)));
  const double most_inside = top(series(&TraceStep::limit));
  const auto add = [&](std::string_view name, double TraceStep::*of, double scale, double times,
                       std::string_view unit) {
    text += fmt::format("{:>10} {} {:.4g}{}\n", name, line(series(of), width, scale),
                        top(series(of)) * times, unit);
  };
  add("limit", &TraceStep::limit, most_inside, 1, "");
  add("in flight", &TraceStep::in_flight, most_inside, 1, "");
  add("waiting", &TraceStep::waiting, top(series(&TraceStep::waiting)), 1, "");
  add("p50", &TraceStep::latency_p50_seconds, top(series(&TraceStep::latency_p50_seconds)), 1000,
      " ms");
  add("p99", &TraceStep::latency_p99_seconds, top(series(&TraceStep::latency_p99_seconds)), 1000,
      " ms");
  add("offered", &TraceStep::offered_per_second, most_rate, 1, "/s");
  add("capacity", &TraceStep::capacity_per_second, most_rate, 1, "/s");
  add("goodput", &TraceStep::goodput_per_second, most_rate, 1, "/s");
  add("shed", &TraceStep::shed_per_second, most_rate, 1, "/s");
  text += "\nwhy the limit was what it was, at the end of each step where that changed:\n";
  for (const TraceStep& step : cell.trace.steps)
    if (!step.reason.empty())
      text +=
          fmt::format("{:>9.2f} s  limit {:<6.0f} {}\n", step.at_seconds, step.limit, step.reason);
  return text;
}

}  // namespace weir::simulator
