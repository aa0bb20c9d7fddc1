#include "limiters/caution.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kAtStart = 4;
constexpr double kWhileStanding = 2;
constexpr double kInCalm = 4;        // at first, then more by ln(1 + judged / kOneMore),
constexpr double kOneMore = 100;     // in samples,
constexpr double kInCalmAtLast = 8;  // up to this
constexpr double kAllInUse = 0.98;   // share of the places
constexpr double kStanding = 4000;   // samples with no place free

}  // namespace

void Caution::note(const Window& window) {
  const double samples = window.all_levels().count;
  overloaded_ = window.overloaded;
  standing_ = window.limited && window.in_use > kAllInUse ? standing_ + samples : 0;
  judged_ += samples;
}

double Caution::unlikely(bool slow_start) const {
  if (slow_start) return kAtStart;
  if (overloaded_) return kUnderOverload;
  if (standing_ >= kStanding) return kWhileStanding;
  return std::min(kInCalmAtLast, kInCalm + std::log1p(judged_ / kOneMore));
}

}  // namespace weir::limiters
