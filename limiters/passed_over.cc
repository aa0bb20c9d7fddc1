#include "limiters/passed_over.h"

#include <algorithm>

namespace weir::limiters {
namespace {

// Remembered are so many latencies, and seconds at least: a service that becomes ten times slower,
// or pauses for a moment, owes a quarter of it for a while, and no more.
constexpr double kLatencies = 40;
constexpr double kLeastSeconds = 2;
constexpr double kWaits = 2;         // and so many waits, as long as a second of waiting is part of
constexpr double kLongSeconds = 60;  // by those that have ended within that
constexpr double kMostSeconds = 86'400;
// Of those who wait: where few take very long their answers come unevenly.
constexpr double kMany = 0.25;
// On average: how many wait is seen at each look only, and where few do that is chance.
constexpr double kLeast = 0.5;
constexpr double kMost = 0.99;

}  // namespace

double PassedOver::memory() const {
  // Of a second of waiting that has ended, on average: how long it all was.
  const double wait = long_ended_ > 0 ? long_squares_ / long_ended_ : 0;
  return std::min(std::max({kLeastSeconds, latency_ * kLatencies, wait * kWaits}), kMostSeconds);
}

void PassedOver::look(const Waits& now, double latency) {
  if (latency > 0) latency_ = latency;
  const double ended = now.waited_seconds - before_.waited_seconds;
  const double kept_long = 1 - every_ / kLongSeconds;
  long_ended_ = long_ended_ * kept_long + ended;
  long_squares_ = long_squares_ * kept_long + now.waited_squares - before_.waited_squares;
  const double kept = 1 - every_ / memory();
  goes_on_ = goes_on_ * kept + now.waiting * every_;
  ended_ = ended_ * kept + ended;
  seconds_ = seconds_ * kept + every_;
  before_ = now;
}

double PassedOver::share() const {
  const double passed_over = goes_on_ - ended_;
  // As if all had been answered before the first look: nobody could have been so at once.
  const bool many = passed_over * std::min(seconds_, memory()) > kMany * goes_on_ * memory();
  if (latency_ <= 0 || !many || passed_over < kLeast * seconds_) return 0;
  return std::min(passed_over / goes_on_, kMost);
}

}  // namespace weir::limiters
