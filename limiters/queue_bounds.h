#pragma once

#include "limiters/params.h"

// How long, and how many, may wait for a place; it does not know who waits, and no clock.
namespace weir::limiters {

// How many ask.
struct Offered {
  double likely = 0;    // per second, as are both
  double at_least = 0;  // with some certainty; 0: cannot be told
};

// As far as chance allows to say; the memory is counted in arrivals, so that a busy service is
// judged within milliseconds and a slow one not by three of them.
class OfferedRate {
 public:
  // What arrived within `over`. `memory`: older than that does not count any more.
  void add(double arrived, Duration over, Duration memory);
  Offered now() const;

 private:
  struct Memory {
    double arrivals;   // that weigh
    double certainty;  // standard errors that are subtracted
    double count = 0;
    double seconds = 0;
  };
  Memory quick_{32, 2.5};
  Memory slow_{256, 2};
};

struct QueueBounds {
  Duration longest_wait;
  int most_waiting;
};

// What the service is to its queue.
struct ServiceView {
  Duration baseline{};    // 0: not known
  double per_second = 0;  // what it finishes while it is full; 0: not known
  int limit = 1;
};

// Two regimes. While no more is asked for than can be done, the queue comes and goes: a burst may
// wait, and all of it is served; longest_wait is 70 / limit baselines (a queue in front of few
// places is long by chance), at least 4, at most 40, and between 300 ms and 5 s; or as configured.
// When more is asked for than can be done, somebody will be turned away whatever happens, and the
// queue only has to be long enough to never leave the service idle: so many may wait that a pool
// fed by chance (Erlang's formula for M/M/c/N) idles for no more than 1.5 % of its time, within
// bounds; see the README.
QueueBounds queue_bounds(const QueueParams& params, const ServiceView& service,
                         const Offered& offered);

}  // namespace weir::limiters
