#include "load-tests/simulator/page.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "load-tests/simulator/page_document.h"
#include "load-tests/simulator/trace_lines.h"

namespace weir::simulator {
namespace {

using Json = nlohmann::ordered_json;

// Of steps that become one: levels are the last one's, rates the mean, latencies the worst.
TraceStep joined(const std::vector<TraceStep>& steps, size_t begin, size_t end) {
  TraceStep one = steps[end - 1];
  const auto mean = [&](double TraceStep::*of) {
    double sum = 0;
    for (size_t i = begin; i < end; ++i) sum += steps[i].*of;
    return sum / static_cast<double>(end - begin);
  };
  for (double TraceStep::*of : {&TraceStep::offered_per_second, &TraceStep::capacity_per_second,
                                &TraceStep::goodput_per_second, &TraceStep::shed_per_second})
    one.*of = mean(of);
  for (size_t i = begin; i < end; ++i) {
    one.latency_p50_seconds = std::max(one.latency_p50_seconds, steps[i].latency_p50_seconds);
    one.latency_p99_seconds = std::max(one.latency_p99_seconds, steps[i].latency_p99_seconds);
    if (one.reason.empty()) one.reason = steps[end - 1 - (i - begin)].reason;
  }
  return one;
}

Trace thinned(const Trace& trace) {
  const size_t by = (trace.steps.size() + kMostPagePoints - 1) / kMostPagePoints;
  if (by <= 1) return trace;
  Trace few{.step_seconds = trace.step_seconds * static_cast<double>(by), .steps = {}};
  for (size_t i = 0; i < trace.steps.size(); i += by)
    few.steps.push_back(joined(trace.steps, i, std::min(i + by, trace.steps.size())));
  return few;
}

// The median over the seeds; null where the world has no such score.
Json score_of(const WorldCell& cell, std::string_view name) {
  const std::vector<double> values = values_of(cell.seeds, name);
  if (values.size() == cell.seeds.size()) return rounded(median(values));
  const bool never = is_timed(cell.seeds.front(), name).value_or(false);
  return never ? Json("never") : Json(nullptr);
}

Json to_json(const WorldCell& cell) {
  Json json;
  for (const std::string_view name : score_names()) json["scores"][name] = score_of(cell, name);
  json["missed"] = cell.missed;
  const Trace trace = thinned(cell.trace);
  json.update(lines_of(trace));
  json["why"] = Json::array();
  for (size_t i = 0; i < trace.steps.size(); ++i)
    if (!trace.steps[i].reason.empty()) json["why"].push_back({i, trace.steps[i].reason});
  return json;
}

// What is known of a world whoever is at its door; `trace` is anybody's.
Json to_json(const World& world, const Oracle& oracle, const Trace& trace) {
  Json limits = Json::array();
  for (const Phase& phase : oracle.phases) limits.push_back(phase.limit);
  Json workers = Json::array();
  for (const TraceStep& step : trace.steps)
    workers.push_back(rounded(world.at(step.at_seconds - trace.step_seconds).workers));
  return {
      {"name", world.name},
      {"seconds", world.seconds},
      {"warm_up", world.warm_up_seconds},
      {"step", world.step_seconds ? Json(*world.step_seconds) : Json(nullptr)},
      {"deadline", rounded(world.deadline())},
      {"step_seconds", trace.step_seconds},
      {"oracle", {{"limits", limits}, {"goodput_per_second", rounded(oracle.goodput_per_second)}}},
      {"workers", workers},
      {"capacity", line_of(trace, &TraceStep::capacity_per_second)},
      {"cells", Json::array()}};
}

Json data_of(const BenchSpec& spec, const BenchResult& result) {
  Json json{{"limiters", spec.limiters}, {"scenarios", Json::array()}};
  size_t place = 0;
  for (const Scenario& scenario : spec.scenarios) {
    Json one{{"name", scenario.name},
             {"title", scenario.title},
             {"seeds", result.cells[place * spec.limiters.size()].seeds.size()},
             {"worlds", Json::array()}};
    for (const World& world : scenario.worlds) {
      const WorldCell* cells = &result.cells[place * spec.limiters.size()];
      Json shown = to_json(shortened(world, spec.shorter), result.oracles[place].found,
                           thinned(cells->trace));
      for (size_t i = 0; i < spec.limiters.size(); ++i) shown["cells"].push_back(to_json(cells[i]));
      one["worlds"].push_back(std::move(shown));
      ++place;
    }
    json["scenarios"].push_back(std::move(one));
  }
  return json;
}

// Inside of a script element nothing may look like a tag.
std::string without_tags(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (const char each : json) each == '<' ? text += "\\u003c" : text += each;
  return text;
}

std::optional<Fault> fault_unless(bool good, const std::string& path) {
  if (good) return std::nullopt;
  return path + ": cannot be written: " + std::strerror(errno);
}

}  // namespace

std::string to_page(const BenchSpec& spec, const BenchResult& result) {
  const size_t at = kPageDocument.find(kPageData);
  return std::string(kPageDocument.substr(0, at)) + without_tags(data_of(spec, result).dump()) +
         std::string(kPageDocument.substr(at + kPageData.size()));
}

std::optional<Fault> page_fault(const std::string& path) {
  return fault_unless(std::ofstream(path, std::ios::app).is_open(), path);
}

std::optional<Fault> write_page(const std::string& path, const std::string& page) {
  std::ofstream file(path, std::ios::binary);
  file << page;
  file.close();
  return fault_unless(file.good(), path);
}

}  // namespace weir::simulator
