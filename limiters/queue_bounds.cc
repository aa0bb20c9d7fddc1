#include "limiters/queue_bounds.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace weir::limiters {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr double kIdle = 0.015;  // of the service's time

// How many must be able to wait so that `places`, offered `load` > 1 times what they can do, idle
// for at most kIdle. With p(n) the chance of n in the system, p(c-m)/p(c) is the product of
// (c-i)/(load c) for i < m, and p(c+j)/p(c) is load^j.
double needed_waiting(double places, double load) {
  double below = 0;  // sum of p(c-m) / p(c)
  double idle = 0;   // the same, weighted with the share of places that idle
  double term = 1;
  for (double m = 1; m <= places && term > 1e-4; ++m) {
    term *= (places - m + 1) / (load * places);
    below += term;
    idle += term * m / places;
  }
  const double sum = idle / kIdle - below;  // of load^j, j from 0 to the answer
  if (sum <= 1) return 0;
  if (load < 1.001) return sum - 1;
  return std::log1p((load - 1) * sum) / std::log(load) - 1;
}

}  // namespace

void OfferedRate::add(double arrived, Duration over, Duration memory) {
  for (Memory* each : {&quick_, &slow_}) {
    const double kept = std::exp(-arrived / each->arrivals - to_seconds(over) / to_seconds(memory));
    each->count = each->count * kept + arrived;
    each->seconds = each->seconds * kept + to_seconds(over);
  }
}

Offered OfferedRate::now() const {
  Offered offered;
  for (const Memory& each : {quick_, slow_}) {
    if (each.count <= 0) continue;
    const double sure = each.count - each.certainty * std::sqrt(each.count);
    offered.at_least = std::max(offered.at_least, sure / each.seconds);
    offered.likely = each.count / each.seconds;
  }
  return offered;
}

QueueBounds queue_bounds(const QueueParams& params, const ServiceView& service,
                         const Offered& offered) {
  const Duration few_places = service.baseline * std::clamp(70 / service.limit, 4, 40);
  const Duration calm =
      params.max_wait.value_or(std::clamp<Duration>(few_places, milliseconds(300), seconds(5)));
  if (service.per_second <= 0 || service.baseline == Duration(0) ||
      offered.at_least <= service.per_second)
    return {calm, std::numeric_limits<int>::max()};

  // Between what is sure and what is likely: a queue that is too long costs latency, one that is
  // too short costs work.
  const double load =
      (offered.at_least + std::max(offered.at_least, offered.likely)) / 2 / service.per_second;
  const double places = std::clamp(service.per_second * to_seconds(service.baseline), 1.0,
                                   static_cast<double>(service.limit));
  const double near_one = std::clamp((1.7 - load) / 0.7, 0.0, 1.0);
  const double most = std::ceil(places * (0.25 + 3 * near_one)) + (places < 1.5 ? 2 : 1);
  const double spare = service.limit - places;  // wait inside the service
  const double waiting = std::clamp(std::ceil(needed_waiting(places, load) - spare), 1.0, most);
  const Duration wait =
      std::max<Duration>(service.baseline * 2, from_seconds(2 * waiting / service.per_second));
  return {std::min(calm, std::max<Duration>(wait, milliseconds(2))), static_cast<int>(waiting)};
}

}  // namespace weir::limiters
