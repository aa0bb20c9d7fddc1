#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "limiters/sample.h"

// From what was measured to how many requests may run at once; it does not know who asks, and no
// clock: time comes in the window.
namespace weir::limiters {

// Why a limit is what it is.
enum class Cause : uint8_t {
  kStart,          // the initial limit
  kHeld,           // nothing to change
  kFewSamples,     // nothing to learn from
  kNotLimited,     // the limit was not in use
  kSlowStart,      // in use and no queue seen yet: doubled
  kLatencyLow,     // in use and the service is hardly queueing
  kLatencyHigh,    // a queue in the service
  kOverload,       // timeouts, refusals
  kServiceSlower,  // fewer requests were no faster: the service itself has changed
};
inline constexpr size_t kCauses = static_cast<size_t>(Cause::kServiceSlower) + 1;
std::string_view word_of(Cause cause);

class LimitAlgorithm {
 public:
  virtual ~LimitAlgorithm() = default;
  // Always within [params.min, params.max].
  virtual int limit() const = 0;
  virtual Cause update(const Window& window) = 0;
  // What the service needs when it is not full; 0 while not known.
  virtual Duration baseline() const = 0;
};

}  // namespace weir::limiters
