#pragma once

#include <cstdint>

#include "limiters/level.h"

// A limit that was moved to learn whether the service queues: how it began, and what it shows; it
// does not know what is done about it.
namespace weir::limiters {

// In a service that queues latency grows with the number in flight, in one that does not it stays.
struct Trial {
  enum class Kind : uint8_t { kCut, kLess, kMore };
  enum class Verdict : uint8_t {
    kNone,        // not yet, and further cuts will make it clearer
    kWait,        // not yet, and the limit is to stay
    kTooShallow,  // too little was cut to tell, for long
    kQueueing,
    kNotQueueing
  };

  Kind kind;
  double from;          // the limit before it
  Level before;         // latency near that limit
  double cut_from = 0;  // the limit that it was cut from without a judgement, if above that
  // To more, where a queue is likelier than not: one that latency follows for a tenth is one, if
  // that is not chance, and one that it may follow for half is, too.
  bool in_doubt = false;

  // `now`: latency near the present limit; `spread`: of one latency, as a share of the mean, for a
  // few samples do not show their own.
  Verdict judge(const Level& now, double spread) const;
};

}  // namespace weir::limiters
