#include "limiters/recent_rate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weir::limiters {

void RecentRate::add(double events, Duration over, Duration memory) {
  for (Memory* each : {&quick_, &slow_}) {
    const double kept = std::exp(-events / each->events - to_seconds(over) / to_seconds(memory));
    each->count = each->count * kept + events;
    each->seconds = each->seconds * kept + to_seconds(over);
  }
}

Rate RecentRate::now(double spread) const {
  if (slow_.count <= 0 || slow_.seconds <= 0) return {};
  Rate rate{.likely = slow_.count / slow_.seconds,
            .at_least = 0,
            .at_most = std::numeric_limits<double>::infinity()};
  for (const Memory& each : {quick_, slow_}) {
    const double error = each.certainty * spread * std::sqrt(each.count);
    rate.at_least = std::max(rate.at_least, (each.count - error) / each.seconds);
    rate.at_most = std::min(rate.at_most, (each.count + error) / each.seconds);
  }
  return rate;
}

}  // namespace weir::limiters
