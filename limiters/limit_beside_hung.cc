#include "limiters/limit_beside_hung.h"

#include <algorithm>

namespace weir::limiters {

int LimitBesideHung::places(double limit, int room) const {
  return static_cast<int>(std::min(hung_.places(limit), static_cast<double>(room)));
}

LimitBesideHung::Step LimitBesideHung::step(const Window& window, const Abandonment& callers,
                                            double limit, int room) {
  if (window.as_answered.count < 1) return {std::nullopt, Cause::kFewSamples};
  const int before = places(limit, room);
  hung_.note(window, callers.other_work().apart(), limit);
  const bool moved = places(limit, room) != before;
  if (!window.limited) return {std::nullopt, moved ? Cause::kPlacesHung : Cause::kNotLimited};
  switch (hung_.others(callers.usual(), limit)) {
    case HungPlaces::Others::kQuicker:
      return {std::max(limit * 1.1, limit + 1), Cause::kInUse};
    case HungPlaces::Others::kSlower:
      return {limit * 0.9, Cause::kLatencyHigh};
    case HungPlaces::Others::kSlowAnyhow:
      return {hung_.let_go_of_cut(), Cause::kServiceSlower};
    case HungPlaces::Others::kAsEver:
      break;
  }
  return {std::nullopt, moved ? Cause::kPlacesHung : Cause::kHeld};
}

}  // namespace weir::limiters
