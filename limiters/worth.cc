#include "limiters/worth.h"

#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kSooner = 0.85;  // of the time that a request is inside
constexpr double kNoSooner = 0.95;

// Of the logarithm of how many times as many came; half as much again of what they waited is none.
double error_of(const UnderLimit& one, const UnderLimit& other) {
  return std::sqrt(1 / one.arrived + 1 / other.arrived);
}

Worth by_time(const UnderLimit& higher, const UnderLimit& lower) {
  if (sooner(higher, lower)) return Worth::kSome;
  const double no_sooner = kNoSooner + error_of(higher, lower);
  const bool as_late = higher.inside_seconds() > lower.inside_seconds() * no_sooner;
  return as_late ? Worth::kNone : Worth::kUnknown;
}

}  // namespace

bool sooner(const UnderLimit& now, const UnderLimit& before) {
  return now.inside_seconds() < before.inside_seconds() * (kSooner - error_of(now, before));
}

Worth worth_of(const UnderLimit& higher, const UnderLimit& lower) {
  if (lower.arrived <= 0) return Worth::kUnknown;
  if (!lower.turns_away()) return by_time(higher, lower);
  const double before = lower.let_in_per_second();
  if (before <= 0) return Worth::kUnknown;
  const double gain = std::log(higher.let_in_per_second() / before);
  const double half = std::log(lower.per_second() / before) / 2;
  const double error = error_of(higher, lower);
  if (gain < half - error) return Worth::kNone;
  return gain > half + error ? Worth::kSome : Worth::kUnknown;
}

}  // namespace weir::limiters
