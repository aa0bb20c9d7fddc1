#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "limiters/timeline.h"

// Which load is offered when: all moments at which a request is due, made before the first is sent;
// it does not know who sends them.
namespace weir::load {

using limiters::Duration;
using limiters::TimePoint;

struct Phase {
  double rate;  // requests per second
  Duration length;
};

enum class Arrivals : uint8_t { kPoisson, kConstant };

// "700:20s,2500:20s": rates and how long each lasts. Otherwise the answer is what is wrong.
std::variant<std::vector<Phase>, std::string> parse_profile(std::string_view text);

Duration length_of(const std::vector<Phase>& profile);
// The phase of a moment after the start; the last one for moments behind the end.
size_t phase_at(const std::vector<Phase>& profile, Duration since_start);

// Moments since the start in rising order, all before the end; the same for the same seed.
// kConstant spaces them evenly within a phase, kPoisson draws independent gaps.
std::vector<Duration> make_schedule(const std::vector<Phase>& profile, Arrivals arrivals,
                                    uint64_t seed);

}  // namespace weir::load
