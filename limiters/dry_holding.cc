#include "limiters/dry_holding.h"

#include <algorithm>
#include <chrono>

namespace weir::limiters {
namespace {

constexpr Duration kFitAgain = std::chrono::milliseconds(100);
constexpr double kNear = 2;     // times the limit
constexpr double kEnough = 20;  // samples

}  // namespace

void DryHolding::add(Duration held, int in_flight, int limit, TimePoint now) {
  fresh_[level_of(in_flight)].add(Level::of(to_seconds(held), in_flight));
  if (now < next_fit_) return;
  next_fit_ = now + kFitAgain;
  fit(limit);
}

void DryHolding::fit(int limit) {
  all_.add(fresh_);
  fresh_ = {};
  KneeCurve near = all_;
  if (near.seen_up_to(kNear * limit) >= kEnough) near.doubt_above(kNear * limit, 0);
  knee_ = near.knee(0);
}

// A nanosecond at least, so that time passes.
Duration DryHolding::of(int inside) const {
  return std::max(Duration(1), from_seconds(knee_.baseline * std::max(1.0, inside / knee_.at)));
}

}  // namespace weir::limiters
