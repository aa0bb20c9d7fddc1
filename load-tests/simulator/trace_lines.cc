#include "load-tests/simulator/trace_lines.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace weir::simulator {

using Json = nlohmann::ordered_json;

Json rounded(double value) {
  const double shown = value < 1000 ? std::stod(fmt::format("{:.3g}", value)) : std::round(value);
  if (shown == std::floor(shown) && std::abs(shown) < 1e15) return static_cast<int64_t>(shown);
  return shown;
}

Json line_of(const Trace& trace, double TraceStep::*of) {
  Json values = Json::array();
  for (const TraceStep& step : trace.steps) values.push_back(rounded(step.*of));
  return values;
}

Json lines_of(const Trace& trace) {
  constexpr std::array<std::pair<std::string_view, double TraceStep::*>, 8> kLines{
      {{"limit", &TraceStep::limit},
       {"in_flight", &TraceStep::in_flight},
       {"waiting", &TraceStep::waiting},
       {"offered", &TraceStep::offered_per_second},
       {"goodput", &TraceStep::goodput_per_second},
       {"shed", &TraceStep::shed_per_second},
       {"p50", &TraceStep::latency_p50_seconds},
       {"p99", &TraceStep::latency_p99_seconds}}};
  Json lines;
  for (const auto& [name, of] : kLines) lines[std::string(name)] = line_of(trace, of);
  return lines;
}

}  // namespace weir::simulator
