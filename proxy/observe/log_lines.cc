#include "proxy/observe/log_lines.h"

#include <fmt/format.h>

namespace weir::observe {
namespace {

std::string seconds_or_unknown(double seconds) {
  return seconds > 0 ? fmt::format("{:.4f} s", seconds) : "unknown";
}

}  // namespace

std::string counted(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string line_of(const limiters::Decision& decision) {
  return fmt::format(
      "limit {} -> {}: {}, latency {}, baseline {}, {:.0f}/s, peak {} places", decision.from,
      decision.to, limiters::word_of(decision.cause), seconds_or_unknown(decision.latency_seconds),
      seconds_or_unknown(decision.baseline_seconds), decision.per_second, decision.peak_places);
}

std::string line_of(const exchange::ExchangeFacts& facts, std::string_view backend) {
  return fmt::format("{}: {}: {}", exchange::word_of(facts.ending), backend, facts.error_text);
}

}  // namespace weir::observe
