#pragma once

#include <cstdint>
#include <optional>

#include "limiters/dry_holding.h"
#include "limiters/dry_places.h"
#include "limiters/held_places.h"
#include "limiters/permit.h"
#include "limiters/permit_pool.h"
#include "limiters/ranks.h"

// One loop's gate in dry run: who would have run at once, who would have waited, who would have
// been turned away, while all are let through; it does not know who they are.
namespace weir::limiters {

// A place is held as it would be behind the limit:
//   - by a request that finds one while no more than the limit are really inside: until that
//     request's place really goes on. So while nobody is beyond the limit what would be is what is,
//     slow requests, pauses and failures included;
//   - by any other, which is slower in reality than it would be behind the limit or would come in
//     later than it does: for DryHolding's H(n).
// Who finds none waits within the bounds of the real queue, and the next place that goes on is for
// one of the most important who wait, once in Lanes::kFloor of the least important.
//
// A verdict is given when a request comes, for it is let through then. So who would wait for too
// long is told by those who wait before it and by what would be done in a second; where the newest
// would be served first and push out the oldest, one is counted all the same, but it is the newest.
// Nobody who waits leaves, and a service that becomes slower while somebody waits is not foreseen.
// Whoever takes a place at last does so whatever has become of the request itself.
//
// Used from one loop only; O(1) for each request, and nothing is allocated once it is warm.
class DryGate {
 public:
  // All outlive it.
  DryGate(PermitPool& pool, const Ranks& ranks, Timeline& timeline);
  ~DryGate();
  DryGate(const DryGate&) = delete;
  DryGate& operator=(const DryGate&) = delete;

  // One that came, and is let through: what it would have been told stands in its permit.
  Permit admit(Permit admitted, uint8_t rank, TimePoint deadline);
  // One that had stepped aside is back, and is never turned away.
  Permit readmit(Permit again);
  // The place that it really has goes to another, or does so a baseline after the grant where the
  // service refused it.
  void goes_on(const Permit& permit);

 private:
  void grant(Permit& permit);
  bool would_be_late(uint8_t rank, TimePoint deadline) const;
  void hold(TimePoint until);
  void pass_on(TimePoint since);
  std::optional<size_t> next_rank();
  void release_due();
  void arm();

  PermitPool& pool_;
  DryPlaces& places_;
  const Ranks& ranks_;
  Timeline& timeline_;
  DryHolding holding_;
  HeldPlaces held_;  // places that go on by themselves
  uint64_t turns_ = 0;
  Timeline::Timer timer_;
};

}  // namespace weir::limiters
