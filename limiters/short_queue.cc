#include "limiters/short_queue.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kLatelySeconds = 1;
constexpr double kFew = 100;  // requests: of fewer a share is chance, so as many are remembered
constexpr double kLeastPerSecond = 1e-3;
constexpr double kByChance = 0.02;        // of them, in a queue that is as short as it should be
constexpr double kFasterPerSecond = 0.3;  // times the share that was lost
constexpr double kBackPerSecond = 1.0 / 60;

}  // namespace

void ShortQueue::note(const Look& look) {
  const double over = to_seconds(look.over);
  const double longest = to_seconds(look.longest_wait);
  // Who was turned away longer ago than anybody may wait would not have waited for this place.
  recent_ = recent_ * std::exp(-over / longest) + look.turned_away;
  recent_ = std::min(recent_, longest * look.per_second);
  const double lost = std::min(recent_, look.unused);
  recent_ -= lost;
  const double memory = std::max(kLatelySeconds, kFew / std::max(kLeastPerSecond, look.per_second));
  const double kept = std::exp(-over / memory);
  lost_ = lost_ * kept + lost;
  arrived_ = arrived_ * kept + look.arrived;
  const double share = std::min(1.0, lost_ / std::max(kFew, arrived_));
  longer_ += (share > kByChance ? kFasterPerSecond * share : -kBackPerSecond) * over;
  longer_ = std::clamp(longer_, 0.0, 1.0);
}

}  // namespace weir::limiters
