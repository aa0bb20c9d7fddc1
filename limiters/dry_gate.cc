#include "limiters/dry_gate.h"

#include <algorithm>

#include "limiters/lanes.h"

namespace weir::limiters {

DryGate::DryGate(PermitPool& pool, const Ranks& ranks, Timeline& timeline)
    : pool_(pool), places_(pool.dry()), ranks_(ranks), timeline_(timeline) {}

DryGate::~DryGate() {
  for (size_t i = 0; i < held_.size(); ++i) places_.give_back();
}

Permit DryGate::admit(Permit admitted, uint8_t rank, TimePoint deadline) {
  release_due();
  // The limit may have grown.
  pass_on(timeline_.now());
  if (places_.waiting_up_to(rank) == 0 && places_.take(pool_.limit())) {
    grant(admitted);
    return admitted;
  }
  pool_.note_limited();
  admitted.spared_ = ranks_.turned_away(rank, places_.waiting(rank));
  if (!admitted.spared_ && would_be_late(rank, deadline))
    admitted.spared_ = ranks_.over_share(rank) ? Rejection::kOverShare : Rejection::kWaitedTooLong;
  if (!admitted.spared_) places_.join(rank);
  return admitted;
}

Permit DryGate::readmit(Permit again) {
  places_.take_anyway();
  grant(again);
  return again;
}

// A place has been taken.
void DryGate::grant(Permit& permit) {
  permit.holds_dry_place_ = permit.in_flight_ <= pool_.limit() || !holding_.known();
  if (!permit.holds_dry_place_) hold(timeline_.now() + holding_.of(places_.taken()));
}

bool DryGate::would_be_late(uint8_t rank, TimePoint deadline) const {
  if (places_.per_second() <= 0) return false;
  const Duration wait = from_seconds((places_.waiting_up_to(rank) + 1) / places_.per_second());
  return wait > pool_.longest_wait(rank) || timeline_.now() + wait > deadline;
}

void DryGate::goes_on(const Permit& permit) {
  const TimePoint now = timeline_.now();
  TimePoint when = now;
  if (permit.responded_ == Outcome::kOverload)
    when = std::max(when, permit.granted_ + pool_.baseline());
  holding_.add(when - permit.granted_, permit.in_flight_, pool_.limit(), now);
  places_.publish_per_second(pool_.limit() / to_seconds(holding_.of(pool_.limit())));
  if (!permit.holds_dry_place_) return;
  if (when > now) return hold(when);
  release_due();
  places_.give_back();
  pass_on(now);
}

// One after the other, as they were granted.
void DryGate::hold(TimePoint until) {
  held_.hold(until);
  arm();
}

void DryGate::arm() {
  if (!held_.empty() && !timer_.pending())
    timer_ = timeline_.at(held_.next(), [this] { release_due(); });
}

// However late it is looked at, the next begins when the last one has ended.
void DryGate::release_due() {
  while (held_.due(timeline_.now())) {
    const TimePoint due = held_.let_go();
    places_.give_back();
    pass_on(due);
  }
  arm();
}

void DryGate::pass_on(TimePoint since) {
  if (!holding_.known()) return;
  while (const std::optional<size_t> rank = next_rank()) {
    if (!places_.take(pool_.limit())) return;
    places_.leave(*rank) ? hold(since + holding_.of(places_.taken())) : places_.give_back();
  }
}

std::optional<size_t> DryGate::next_rank() {
  const std::optional<size_t> first = places_.first_rank();
  const std::optional<size_t> least = places_.first_of_least(pool_.ranks_of_each_priority());
  if (first == least) return first;
  return ++turns_ % Lanes::kFloor == 0 ? least : first;
}

}  // namespace weir::limiters
