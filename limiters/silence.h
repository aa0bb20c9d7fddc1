#pragma once

#include <cstdint>

#include "limiters/timeline.h"

// How long a service has answered nobody although all its places are taken, and whether that is a
// pause or an outage; it does not know what the service can do.
namespace weir::limiters {

// Longer than chance can make it, and not so long that it is an outage: a pause says nothing about
// what can be done after it.
class Silence {
 public:
  enum class Verdict : uint8_t {
    kNone,
    kPause,  // longer by longer_by() than at the last look
    kOutage  // what was taken for a pause was none
  };

  // `tick`: from one look to the next.
  explicit Silence(Duration tick) : tick_(tick) {}

  // `answered`: requests, ever; `in_flight`: places that are taken, of so many `places`;
  // `by_chance`: so long may it be quiet while they all are.
  Verdict look(double answered, int in_flight, int places, Duration by_chance);
  Duration longer_by() const { return longer_by_; }

 private:
  const Duration tick_;
  double answered_ = 0;  // at the last look
  Duration quiet_{};     // nothing was answered for so long, with all places taken
  Duration longer_by_{};
};

}  // namespace weir::limiters
