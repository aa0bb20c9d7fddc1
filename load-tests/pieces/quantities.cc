#include "load-tests/pieces/quantities.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace weir::pieces {

namespace {

struct Unit {
  std::string_view name;
  double seconds;
};
constexpr Unit kUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3},
                           {"s", 1},     {"m", 60},    {"h", 3600}};
constexpr double kMostSeconds = 10.0 * 365 * 24 * 3600;

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

std::optional<uint64_t> parse_count(std::string_view text) {
  uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return count;
}

std::optional<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  const auto number = parse_number(text.substr(0, text.size() - (percent ? 1 : 0)));
  if (!number) return {};
  const double share = percent ? *number / 100 : *number;
  if (share < 0 || share > 1) return {};
  return share;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const size_t letters = text.find_first_not_of("0123456789.");
  const auto number = parse_number(text.substr(0, letters));
  if (!number) return {};
  if (letters == std::string_view::npos)
    return *number == 0 ? std::optional(Duration(0)) : std::nullopt;
  for (const Unit& unit : kUnits) {
    if (text.substr(letters) != unit.name) continue;
    const double seconds = *number * unit.seconds;
    if (seconds > kMostSeconds) return {};
    return Duration(std::llround(seconds * 1e9));
  }
  return {};
}

std::string format_duration(Duration duration) {
  const double seconds = limiters::to_seconds(duration);
  if (duration == Duration(0)) return "0";
  if (seconds >= 1) return fmt::format("{:.4g}s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.4g}ms", seconds * 1e3);
  if (seconds >= 1e-6) return fmt::format("{:.4g}us", seconds * 1e6);
  return fmt::format("{}ns", duration.count());
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

}  // namespace weir::pieces
