#include "limiters/look_around.h"

#include <algorithm>

namespace weir::limiters {
namespace {

// In samples, so that a fast service and a slow one are judged alike.
constexpr double kRarely = 20000;    // from one to the next at last
constexpr double kOftenSeconds = 1;  // from one that was no surprise
constexpr double kLasting = 100;     // of an overload: what follows a pause is none
constexpr double kForLong = 2000;    // of nearly all places taken
constexpr double kCrowded = 0.85;    // share of the places: fewer in flight are never seen
constexpr double kWellSeen = 50;     // enough to look elsewhere first
constexpr double kHardlySeen = 100;

}  // namespace

void LookAround::note(const Window& window) {
  const double samples = window.all_levels().count;
  overloaded_ = window.overloaded ? overloaded_ + samples : 0;
  crowded_ = window.in_use > kCrowded ? crowded_ + samples : 0;
  since_ += samples;
  since_seconds_ += window.seconds();
}

bool LookAround::hardly_known(double of_fewer) { return of_fewer < kHardlySeen; }

bool LookAround::due(double of_fewer, bool slow_start) const {
  const bool blind = crowded_ >= kForLong && hardly_known(of_fewer);
  const bool lasting = overloaded_ >= kLasting && !slow_start;
  if (!lasting && !blind) return false;
  return since_ >= until_next_ && since_seconds_ >= until_next_seconds_;
}

bool LookAround::to_more(double of_fewer) {
  less_next_ = !less_next_ && of_fewer >= kWellSeen;
  return less_next_;
}

void LookAround::ended(bool surprise) {
  since_ = since_seconds_ = 0;
  until_next_ = surprise ? kOften : std::min(until_next_ * 2, kRarely);
  until_next_seconds_ = surprise ? 0 : kOftenSeconds;
}

}  // namespace weir::limiters
