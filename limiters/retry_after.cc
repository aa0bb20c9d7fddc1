#include "limiters/retry_after.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kReturnShare = 0.1;

}  // namespace

int RetryAfter::next(TimePoint now) {
  const double min = std::ceil(std::max(1.0, to_seconds(params_.min)));
  const double max = std::max(min, std::floor(to_seconds(params_.max)));
  const double per_second = std::max(1.0, pool_.per_second() * kReturnShare / pool_.gates());
  const TimePoint slot =
      std::max(last_slot_, now + from_seconds(min)) + from_seconds(1 / per_second);
  double wait = to_seconds(slot - now);
  if (wait > max) {
    wait = random_.uniform(std::max(min, max / 2), max);
  } else {
    last_slot_ = slot;
  }
  // Rounded by chance, so that whole seconds do not draw a second's slots together.
  const double whole = std::floor(wait + random_.uniform());
  return static_cast<int>(std::clamp(whole, min, max));
}

}  // namespace weir::limiters
