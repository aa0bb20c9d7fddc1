#pragma once

#include "limiters/timeline.h"

// How often something happens by now, and how sure that is; it does not know what happens.
namespace weir::limiters {

struct Rate {
  double likely = 0;    // per second, as are all
  double at_least = 0;  // with some certainty; 0: cannot be told
  double at_most = 0;   // as surely
};

// The memory is counted in what happened, so that a busy service is judged within milliseconds and
// a slow one not by three requests. The shorter of two memories notices a large change at once, the
// longer one a small change some time later: whichever says more has it.
class RecentRate {
 public:
  // So many `events` within `over`. `memory`: older than that does not count any more.
  void add(double events, Duration over, Duration memory);
  // `spread`: standard deviation of the time from one to the next, as a share of its mean; 1 for
  // what happens by chance. Of n events the rate is known within spread / sqrt(n).
  Rate now(double spread = 1) const;

 private:
  struct Memory {
    double events;
    double certainty;  // standard errors
    double count = 0;
    double seconds = 0;
  };
  Memory quick_{32, 2.5};
  Memory slow_{256, 2};
};

}  // namespace weir::limiters
