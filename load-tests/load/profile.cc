#include "load-tests/load/profile.h"

#include <fmt/format.h>

#include <cmath>

#include "load-tests/pieces/quantities.h"
#include "load-tests/pieces/random.h"

namespace weir::load {
namespace {

// weir-origin draws what each request costs by the same engine, and mostly by the same seed. By the
// same numbers the longest requests would come after the longest gaps.
constexpr uint64_t kUnlikeTheService = 0x6c6f6164;

}  // namespace

std::variant<std::vector<Phase>, std::string> parse_profile(std::string_view text) {
  std::vector<Phase> profile;
  for (const std::string_view piece : pieces::split(text, ',')) {
    const auto parts = pieces::split(piece, ':');
    const auto rate = pieces::parse_number(parts[0]);
    const auto length = parts.size() == 2 ? pieces::parse_duration(parts[1]) : std::nullopt;
    if (!rate || *rate < 0 || *rate > 1e7 || !length || *length == Duration(0))
      return fmt::format("\"{}\", expected RATE:TIME such as 700:20s, the rate at most 10000000",
                         piece);
    profile.push_back({*rate, *length});
  }
  return profile;
}

Duration length_of(const std::vector<Phase>& profile) {
  Duration length{};
  for (const Phase& phase : profile) length += phase.length;
  return length;
}

size_t phase_at(const std::vector<Phase>& profile, Duration since_start) {
  size_t index = 0;
  for (; index + 1 < profile.size() && since_start >= profile[index].length; ++index)
    since_start -= profile[index].length;
  return index;
}

std::vector<Duration> make_schedule(const std::vector<Phase>& profile, Arrivals arrivals,
                                    uint64_t seed) {
  pieces::Random random(seed ^ kUnlikeTheService);
  std::vector<Duration> due;
  Duration begin{};
  for (const Phase& phase : profile) {
    // A Poisson stream has no memory, so it may begin anew with each phase.
    double seconds = arrivals == Arrivals::kPoisson ? random.exponential() / phase.rate : 0;
    for (uint64_t sent = 1; phase.rate > 0; ++sent) {
      const Duration at(std::llround(seconds * 1e9));
      if (at >= phase.length) break;
      due.push_back(begin + at);
      if (arrivals == Arrivals::kPoisson) {
        seconds += random.exponential() / phase.rate;
      } else {
        seconds = static_cast<double>(sent) / phase.rate;
      }
    }
    begin += phase.length;
  }
  return due;
}

}  // namespace weir::load
