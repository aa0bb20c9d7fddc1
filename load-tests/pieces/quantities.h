#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limiters/timeline.h"

// Numbers and times as people write them in flags; it does not know which flag.
namespace weir::pieces {

using limiters::Duration;
using limiters::TimePoint;

// "10ms", "1.5s", "200us", "50ns", "2m", "1h", or "0". Empty for anything else, for less than
// nothing and for more than ten years.
std::optional<Duration> parse_duration(std::string_view text);
// The shortest of the above that keeps three digits: "10ms", "1.5s", "0".
std::string format_duration(Duration duration);

// A finite decimal number and nothing behind it.
std::optional<double> parse_number(std::string_view text);
// "5%" or "0.05"; within [0, 1].
std::optional<double> parse_share(std::string_view text);
// Decimal digits only.
std::optional<uint64_t> parse_count(std::string_view text);

// The pieces between the separators, empty ones included; an empty text is one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace weir::pieces
