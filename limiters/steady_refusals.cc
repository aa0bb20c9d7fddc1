#include "limiters/steady_refusals.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weir::limiters {
namespace {

constexpr double kNearlyAll = 0.95;  // hardly anybody is served
constexpr double kEnough = 50;       // sent
constexpr double kMemory = 500;
constexpr double kRecent = 200;
constexpr double kLess = 0.67;     // of what was sent before
constexpr double kCertain = 2;     // standard errors from the middle
constexpr double kForgotten = 60;  // seconds without refusals
constexpr double kLongest = 600;   // seconds that a verdict holds

}  // namespace

void SteadyRefusals::Sent::add(const Sent& other) {
  sent += other.sent;
  refused += other.refused;
  seconds += other.seconds;
}

void SteadyRefusals::Sent::keep(double most) {
  if (sent <= most) return;
  refused *= most / sent;
  seconds *= most / sent;
  sent = most;
}

bool SteadyRefusals::note(const Window& window) {
  const Sent seen{.sent = window.sent_in_cohort() + window.cohort.refused,
                  .refused = window.cohort.refused,
                  .seconds = window.seconds()};
  const double overloads = window.overloads();
  now_.add({.sent = window.count(Outcome::kSuccess) + overloads, .refused = overloads});
  now_.keep(kRecent);
  if (!refusing()) {
    more_ = less_ = {};
    without_ += window.seconds();
    if (without_ > kForgotten) steady_ = 0;
    return false;
  }
  without_ = 0;
  holds_ -= window.seconds();
  if (steady_ > 0 && holds_ <= 0) steady_ = 0;
  if (seen.sent <= 0 || steady()) return false;
  const bool is_less = more_.sent >= kEnough && seen.per_second() < more_.per_second() * kLess;
  (is_less ? less_ : more_).add(seen);
  more_.keep(kMemory);
  less_.keep(kMemory);
  return judge();
}

bool SteadyRefusals::judge() {
  if (less_.sent < kEnough || more_.share() > kNearlyAll) return false;
  const double were_it_rate =
      std::max(0.0, 1 - (1 - more_.share()) * more_.per_second() / less_.per_second());
  const double middle = (more_.share() + were_it_rate) / 2;
  const double share = less_.share();
  const double error = std::sqrt(share * (1 - share) / less_.sent +
                                 more_.share() * (1 - more_.share()) / more_.sent);
  if (std::abs(share - middle) < kCertain * error) return false;
  const bool shown = share > middle;
  if (shown) steady_ = share;
  if (shown) holds_ = std::exchange(next_holds_, std::min(next_holds_ * 2, kLongest));
  if (!shown) next_holds_ = kFirst;
  more_ = shown ? Sent{} : less_;
  less_ = {};
  return shown;
}

}  // namespace weir::limiters
