#include "limiters/service_pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace weir::limiters {
namespace {

// Of a window in which less was done than before. Some are by chance: to think too little of a
// service is to shed what it could do, to think too much of it is to let some wait for a while.
constexpr double kBelieved = 0.25;
constexpr double kLeastInUse = 0.3;       // of the places, for the rest to be judged by them
constexpr double kSteady = 20;            // looks at how many are: a window of 20 ms has two
constexpr double kEnough = 50;            // latencies, for how much they vary
constexpr double kManyLatencies = 10000;  // that are remembered for it
constexpr Duration kNearlyNothing = std::chrono::milliseconds(10);  // of a window beside a pause
constexpr double kAnswersApart = 40;   // mean times between two answers: longer is no chance,
constexpr double kLatenciesApart = 5;  // with so many baselines more, by their spread
constexpr double kLeastPerSecond = 1e-3;
constexpr Duration kLong = std::chrono::seconds(20);
constexpr Duration kOfLate = std::chrono::seconds(1);
constexpr double kAFew = 256;  // requests, for what happened of late
constexpr double kErrors = 2;

}  // namespace

void ServicePace::note(const Window& window, Duration memory) {
  if (window.limited)
    in_use_ += (window.in_use - in_use_) * window.looks / (window.looks + kSteady);
  const double share = window.limited ? std::max(kLeastInUse, in_use_) : 1;
  const double answered = window.count(Outcome::kSuccess) + window.count(Outcome::kFailure) +
                          window.count(Outcome::kOverQuota) - window.broken_off;
  // One that breaks off while the counts are read may be in one of them only.
  const double done = std::max(0.0, answered) / share;
  const Duration going = window.closed - window.opened - window.stalled;
  if (window.limited && done > 0) finished_.add(done, going, 8 * memory);
  note_pauses(done, window.closed - window.opened, window.limited);
  if (going <= kNearlyNothing && window.stalled > going) return;
  learn(going > Duration(0) ? done / to_seconds(going) : 0, window.limited);
  latencies_.add(window.all_levels());
  latencies_.forget_all_but(kManyLatencies);
}

void ServicePace::learn(double seen, bool limited) {
  if (per_second_ == 0)
    per_second_ = seen;
  else if (seen > per_second_)
    per_second_ += (seen - per_second_) / 2;
  else if (limited)
    per_second_ -= (per_second_ - seen) * kBelieved;
}

void ServicePace::note_pauses(double done, Duration open, bool limited) {
  if (per_second_ <= 0) return;
  const double could = limited ? done : std::max(done, per_second_ * to_seconds(open));
  long_.add(could, open, kLong);
  of_late_.add(
      could, open,
      std::max<Duration>(kOfLate, from_seconds(kAFew / std::max(kLeastPerSecond, per_second_))));
}

double ServicePace::with_pauses() const {
  return std::max(long_.at_most(kErrors), of_late_.at_most(kErrors));
}

double ServicePace::spread() const {
  return latencies_.count < kEnough ? 1 : std::sqrt(latencies_.variance()) / latencies_.mean();
}

Duration ServicePace::quiet_by_chance(Duration baseline) const {
  return from_seconds(kAnswersApart / std::max(kLeastPerSecond, per_second_) +
                      kLatenciesApart * std::max(1.0, spread()) * to_seconds(baseline));
}

}  // namespace weir::limiters
