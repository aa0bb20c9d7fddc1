#include "limiters/passed_over.h"

#include <algorithm>
#include <utility>

namespace weir::limiters {
namespace {

// Remembered are so many latencies, and seconds at least: a service that becomes ten times slower,
// or pauses for a moment, owes a quarter of it for a while, and no more.
constexpr double kLatencies = 40;
constexpr double kLeastSeconds = 2;
// Of those who wait: where few take very long their answers come unevenly.
constexpr double kMany = 0.25;
// On average: how many wait is seen at each look only, and where few do that is chance.
constexpr double kLeast = 0.5;
constexpr double kMost = 0.99;

}  // namespace

double PassedOver::memory() const { return std::max(kLeastSeconds, latency_ * kLatencies); }

void PassedOver::look(double waiting, double waited_seconds, double latency) {
  latency_ = latency;
  const double kept = 1 - every_ / memory();
  goes_on_ = goes_on_ * kept + waiting * every_;
  ended_ = ended_ * kept + waited_seconds - std::exchange(waited_before_, waited_seconds);
  seconds_ = seconds_ * kept + every_;
}

double PassedOver::share() const {
  const double passed_over = goes_on_ - ended_;
  // As if all had been answered before the first look: nobody could have been so at once.
  const bool many = passed_over * seconds_ > kMany * goes_on_ * memory();
  if (latency_ <= 0 || !many || passed_over < kLeast * seconds_) return 0;
  return std::min(passed_over / goes_on_, kMost);
}

}  // namespace weir::limiters
