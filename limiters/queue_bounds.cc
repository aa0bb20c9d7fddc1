#include "limiters/queue_bounds.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace weir::limiters {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr double kIdle = 0.015;   // of the service's time
constexpr double kUneven = 0.21;  // by how much what was done is in doubt, for each spread beyond 1
constexpr double kMostUneven = 3;
constexpr double kJustAbove = 1.02;       // what can be done, by counts that do not tell
constexpr double kMostWaiting = 1e9;      // fits an int
constexpr double kLeastPerSecond = 1e-3;  // so that a time fits, too

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

// What is offered as a share of what can be done, when that is more than 1 for sure; otherwise 0.
double overload(const ServiceView& service, const Offered& offered) {
  if (service.per_second <= 0) return 0;
  // Between what is sure and what is likely: a queue that is too long costs latency, one that is
  // too short costs work.
  if (offered.at_least > service.per_second * (1 + doubt(service))) {
    const double lasting =
        service.lasting_per_second > 0 ? service.lasting_per_second : service.per_second;
    // By chance they differ by this much; by more the service has changed, and the former knows.
    const double done = std::clamp(lasting, service.per_second * 0.8, service.per_second);
    return (offered.at_least + std::max(offered.at_least, offered.likely)) / 2 / done;
  }
  // What is done is known from a few windows only, and less well than what is asked for: the more
  // it varies how long one takes, the less.
  const double by_chance =
      1 + std::clamp(service.spread - 1, 0.0, kMostUneven) / std::sqrt(kLastingRequests);
  if (offered.lasting > std::max(service.per_second, service.lasting_per_second * by_chance))
    return offered.lasting / service.per_second;
  if (service.standing) return std::max(kJustAbove, offered.likely / service.per_second);
  const double paused = service.per_second_with_pauses * by_chance;
  if (service.longer > 0 && paused > 0 && offered.lasting > paused) return offered.lasting / paused;
  return 0;
}

}  // namespace

double doubt(const ServiceView& service) {
  return kUneven * std::clamp(service.spread - 1, 0.0, kMostUneven);
}

void FadingRate::add(double count, Duration over, Duration age) {
  const double kept = std::exp(-count / memory_ - to_seconds(over) / to_seconds(age));
  count_ = count_ * kept + count;
  seconds_ = seconds_ * kept + to_seconds(over);
}

double FadingRate::at_least(double errors) const {
  return seconds_ > 0 ? (count_ - errors * std::sqrt(count_)) / seconds_ : 0;
}

double FadingRate::at_most(double errors) const {
  return seconds_ > 0 ? (count_ + errors * std::sqrt(count_)) / seconds_ : 0;
}

void OfferedRate::add(double arrived, Duration over, Duration memory) {
  quick_.add(arrived, over, memory);
  slow_.add(arrived, over, memory);
  lasting_.add(arrived, over, memory * 8);
}

Offered OfferedRate::now() const {
  const double likely = slow_.per_second();
  return {.likely = likely,
          .at_least = std::max({0.0, quick_.at_least(2.5), slow_.at_least(2)}),
          .on_average = lasting_.per_second(),
          .lasting = std::min(likely, lasting_.at_least(2))};
}

QueueBounds queue_bounds(const QueueParams& params, const ServiceView& service,
                         const Offered& offered) {
  const Duration few_places = service.baseline * std::clamp(70 / service.limit, 4, 40);
  const Duration calm =
      params.max_wait.value_or(std::clamp<Duration>(few_places, milliseconds(300), seconds(5)));
  const double load = overload(service, offered);
  if (load <= 1 || service.baseline == Duration(0)) return {calm, std::numeric_limits<int>::max()};

  const double places = std::clamp(service.per_second * to_seconds(service.baseline), 1.0,
                                   static_cast<double>(service.limit));
  const double near_one = std::clamp((1.7 - load) / 0.7, 0.0, 1.0);
  const double most = std::ceil(places * (0.25 + 3 * near_one)) + (places < 3 ? 2 : 1);
  const double spare = service.limit - places;  // wait inside the service
  const double fewest = std::clamp(std::ceil(needed_waiting(places, load) - spare), 1.0, most);
  // Of a few windows what is done in bursts says little.
  const double steady =
      service.lasting_per_second > 0 ? service.lasting_per_second : service.per_second;
  const double waiting = fewest + std::floor(service.longer * to_seconds(calm) * steady);
  const Duration wait = std::max<Duration>(
      service.baseline * 3 / 2,
      from_seconds(1.5 * waiting / std::max(kLeastPerSecond, service.per_second)));
  return {std::min(calm, std::max<Duration>(wait, milliseconds(2))),
          static_cast<int>(std::min(waiting, kMostWaiting))};
}

}  // namespace weir::limiters
