#include "limiters/service_cap.h"

#include <algorithm>

namespace weir::limiters {
namespace {

// All counted in requests that were served or refused.
constexpr double kFew = 20;          // refused show nothing yet
constexpr double kEnough = 50;       // served below the cap, or sent in a trial
constexpr double kMemory = 1000;     // of each number in flight
constexpr double kFirstWait = 1000;  // from a trial that found none to the next, then four times
constexpr double kLongestWait = 1e6;
constexpr double kHardlyAny = 0.02;  // of those below the cap
constexpr double kMany = 0.25;       // of those beyond
constexpr double kOverload = 0.1;    // of all
constexpr int kStrikes = 3;

}  // namespace

bool ServiceCap::refused(const Window& window) const {
  return state_ != State::kWatching && window.share_over_quota() >= kOverload;
}

ServiceCap::Verdict ServiceCap::note(const Window& window) {
  if (state_ == State::kWatching) return watch(window);
  if (window.share_over_quota() < kOverload) {
    strikes_ = 0;
    if (window.limited) most_ = std::max<double>(most_, window.limit);
    tried_ += window.sent_in_cohort();
    if (tried_ >= kEnough) state_ = State::kBelieved;
    return Verdict::kNone;
  }
  // Beyond the cap it had to be expected.
  if (window.limit > most_) return Verdict::kNone;
  if (state_ == State::kBelieved && ++strikes_ < kStrikes) return Verdict::kNone;
  refute();
  return Verdict::kRefuted;
}

void ServiceCap::refute() {
  state_ = State::kWatching;
  seen_ = {};
  waited_ = tried_ = strikes_ = 0;
  until_trial_ = std::clamp(until_trial_ * 4, kFirstWait, kLongestWait);
}

ServiceCap::Verdict ServiceCap::watch(const Window& window) {
  for (size_t i = 0; i < kLevels; ++i) {
    Seen& seen = seen_[i];
    seen.served += window.levels[i].count;
    seen.refused += window.over_quota[i];
    const double kept = std::min(1.0, kMemory / std::max(1.0, seen.served + seen.refused));
    seen.served *= kept;
    seen.refused *= kept;
  }
  waited_ += window.sent_in_cohort();
  if (waited_ < until_trial_ || window.share_over_quota() < kOverload) return Verdict::kNone;
  const double found = cap();
  if (found <= 0 || found * 1.1 > window.limit) return Verdict::kNone;
  most_ = found;
  from_ = window.limit;
  state_ = State::kTrying;
  return Verdict::kFound;
}

// The most of a level up to which hardly any is refused and beyond which many are; 0: none.
double ServiceCap::cap() const {
  Seen all;
  for (const Seen& seen : seen_) {
    all.served += seen.served;
    all.refused += seen.refused;
  }
  double found = 0;
  Seen below;
  for (size_t i = 0; i + 1 < kLevels; ++i) {
    below.served += seen_[i].served;
    below.refused += seen_[i].refused;
    const double beyond_served = all.served - below.served;
    const double beyond_refused = all.refused - below.refused;
    const bool fine =
        below.served >= kEnough && below.refused <= kHardlyAny * (below.served + below.refused);
    if (fine && beyond_refused >= kFew &&
        beyond_refused >= kMany * (beyond_served + beyond_refused))
      found = most_of(i);
  }
  return found;
}

}  // namespace weir::limiters
