#pragma once

#include "limiters/params.h"
#include "limiters/recent_rate.h"

// How long, and how many, may wait for a place; it does not know who waits, and no clock.
namespace weir::limiters {

struct QueueBounds {
  Duration longest_wait;
  int most_waiting;
};

// What the service is to its queue.
struct ServiceView {
  Duration baseline{};  // 0: not known
  Rate served;          // what it finishes while it is full; 0: not known
  int limit = 1;
};

// Two regimes. While no more is asked for than can be done, the queue comes and goes: a burst may
// wait, and all of it is served; longest_wait is 70 / limit baselines (a queue in front of few
// places is long by chance), at least 4, at most 40, and between 300 ms and 5 s; or as configured.
// When surely more is asked for than can be done, somebody will be turned away whatever happens,
// and the queue only has to be long enough to never leave the service idle: so many may wait that a
// pool fed by chance (Erlang's formula for M/M/c/N) idles for no more than 1.5 % of its time,
// within bounds; see the README.
QueueBounds queue_bounds(const QueueParams& params, const ServiceView& service,
                         const Rate& offered);

}  // namespace weir::limiters
