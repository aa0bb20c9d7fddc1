#include "limiters/enough.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

// In arrivals.
constexpr double kFew = 50;       // show what is lacking
constexpr double kSome = 100;     // show that nothing is, if they are
constexpr double kTimes = 5;      // so many times the limit as well, for it to be filled
constexpr double kLongest = 300;  // of a look that does not become better
constexpr double kSeveral = 500;  // show a gain
constexpr double kMany = 800;     // are no chance: what queues come and go with is as long as that
constexpr double kMemory = 1000;
constexpr double kLatest = 20000;

constexpr double kNearlyNone = 0.01;  // of the arrivals, turned away
constexpr double kTooMany = 0.03;
constexpr double kSurplus = 25;         // requests more than that: no chance, however few have come
constexpr double kHopeless = 0.45;      // a look at half as many more will not do
constexpr double kHardlyFewer = 0.9;    // of those turned away before
constexpr double kHardlyWaiting = 0.1;  // for each place
constexpr double kManyWaiting = 0.5;
constexpr double kAlike = 1.1;  // as many come as before,
constexpr double kErrors = 2;   // as far as chance allows to say
constexpr double kGain = 1.02;  // served by more inside

}  // namespace

void Enough::Here::add(const Window& window) {
  const double kept = std::min(1.0, kMemory / (arrived + window.arrived));
  arrived = (arrived + window.arrived) * kept;
  turned_away = (turned_away + window.turned_away) * kept;
  served = (served + window.count(Outcome::kSuccess)) * kept;
  seconds = (seconds + window.seconds()) * kept;
  waited_seconds = (waited_seconds + window.waiting * window.seconds()) * kept;
  place_seconds = (place_seconds + window.limit * window.seconds()) * kept;
}

bool Enough::Here::all_served() const {
  return arrived >= kSome && arrived * seconds >= kTimes * place_seconds &&
         turned_away <= kNearlyNone * arrived && waited_seconds < kHardlyWaiting * place_seconds;
}

bool Enough::Here::lacking() const {
  return turned_away > kTooMany * arrived || waited_seconds > kManyWaiting * place_seconds;
}

bool Enough::Here::lacks_much() const { return turned_away > kTooMany * arrived + kSurplus; }

bool Enough::Here::turns_away_for_long() const {
  return arrived >= kMany && turned_away > kTooMany * arrived;
}

bool Enough::Here::lacks_for_long() const { return arrived >= kMany && lacking(); }

void Enough::note(const Window& window, double limit) {
  if (window.arrived <= 0) return;
  here_.add(window);
  lately_.add(window);
  since_wrong_ += window.arrived;
  if (!here_.all_served()) return;
  const bool better = !known_ || limit >= known_->limit;
  const bool lower =
      here_.arrived >= kMany && here_.per_second() > known_.value_or(Known{}).per_second / kAlike;
  if (better || lower) known_ = {limit, here_.per_second()};
}

void Enough::forget() {
  here_ = lately_ = {};
  known_.reset();
  held_ = false;
  looking_ = false;
}

// Before a full service as many are turned away as before.
Enough::Look Enough::better() const {
  const double before = before_.share_turned_away();
  const double now = here_.share_turned_away();
  if (before_.arrived < kFew || before > kHopeless || now >= kHardlyFewer * before)
    return Look::kNotEnough;
  const double error =
      std::sqrt(before * (1 - before) / before_.arrived + now * (1 - now) / here_.arrived);
  if (now < before - kErrors * error) return Look::kBetter;
  return here_.arrived < kLongest ? Look::kWait : Look::kNotEnough;
}

Enough::Look Enough::look() {
  if (!looking_ || here_.arrived <= 0) return Look::kNotEnough;
  if (here_.arrived >= kFew && here_.lacking()) return better();
  if (!here_.all_served()) return Look::kWait;
  held_ = here_.served_per_second() >= of_fewer_ * kGain;
  of_fewer_ = 0;
  return held_ ? Look::kEnough : Look::kNotEnough;
}

void Enough::give_up() {
  known_.reset();
  held_ = false;
  rest_ = std::min(rest_ * 2, kLatest);
  since_wrong_ = 0;
}

std::optional<double> Enough::regret(double limit) {
  if (held_) {
    const bool no_more = here_.arrived >= kSeveral && here_.served_per_second() < of_fewer_ * kGain;
    if (here_.arrived >= kSeveral) of_fewer_ = 0;
    if (no_more || here_.lacks_much() || here_.lacks_for_long()) give_up();
    return std::nullopt;
  }
  if (!known_ || here_.arrived < kFew || !here_.lacking()) return std::nullopt;
  const bool as_high = limit > known_->limit * 0.95;
  const double at_least = here_.per_second() * (1 - kErrors / std::sqrt(here_.arrived));
  if (as_high || at_least > known_->per_second * kAlike || since_wrong_ < rest_) {
    known_.reset();
    return std::nullopt;
  }
  if (here_.served_per_second() > known_->per_second) {
    if (here_.arrived >= kMany) known_.reset();
    return std::nullopt;
  }
  held_ = true;
  of_fewer_ = here_.served_per_second();
  return known_->limit;
}

}  // namespace weir::limiters
