#pragma once

#include <cstdint>

#include "limiters/under_limit.h"

// Whether callers were better off under a higher limit than under a lower one; it does not know
// latencies.
namespace weir::limiters {

enum class Worth : uint8_t {
  kUnknown,  // or that is chance
  kNone,
  kSome
};

// Where the lower one turned callers away: were it too low, they would be let in on top of the
// others by the higher one; were it not, as in a closed loop, as many are let in as before, or
// fewer. Whichever is likelier, by a standard error. Where they only waited: all are answered
// sooner, or not. In a closed loop they are not, nor before a service that has places for so many.
// kUnknown where nothing is known of the lower one.
Worth worth_of(const UnderLimit& higher, const UnderLimit& lower);

// Markedly sooner, and not by chance.
bool sooner(const UnderLimit& now, const UnderLimit& before);

}  // namespace weir::limiters
