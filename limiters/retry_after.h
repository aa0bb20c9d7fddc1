#pragma once

#include "limiters/params.h"
#include "limiters/permit_pool.h"
#include "limiters/random.h"
#include "limiters/timeline.h"

// When somebody who is turned away should come back; it does not know why they were.
namespace weir::limiters {

// A calendar of appointments. Each shed gets the next free slot, and slots are as far apart as the
// service can take returners: a tenth of what it finishes. So light overload means a short wait,
// deep overload a long one, and those who were turned away together do not return together. When
// the calendar is full up to `max`, the answer is anything between half of it and all of it.
class RetryAfter {
 public:
  // One per loop; each hands out its share of the slots. `pool` outlives it.
  RetryAfter(const RetryAfterParams& params, const PermitPool& pool, uint64_t seed)
      : params_(params), pool_(pool), random_(seed) {}

  // Whole seconds, at least 1, within the configured bounds.
  int next(TimePoint now);

 private:
  const RetryAfterParams params_;
  const PermitPool& pool_;
  Random random_;
  TimePoint last_slot_;
};

}  // namespace weir::limiters
