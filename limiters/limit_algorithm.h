#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "limiters/window.h"

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
  kInUse,          // in use, and nothing that was seen speaks against a step more
  kLatencyHigh,    // a queue in the service
  kOverload,       // timeouts, refusals; or most callers gave up
  kServiceSlower,  // fewer requests were no faster: the service itself has changed
  kTryingLess,     // to see whether fewer requests are faster
  kTryingMore,     // to see whether more are done
  kNoGain,         // more were not
  kAllServed,      // as many inside serve all who come, and fewer did not
  kPlacesHung,     // most are held by callers who leave, and the others are answered as ever
};
inline constexpr size_t kCauses = static_cast<size_t>(Cause::kPlacesHung) + 1;
std::string_view word_of(Cause cause);

class LimitAlgorithm {
 public:
  virtual ~LimitAlgorithm() = default;
  // Always within [params.min, params.max].
  virtual int limit() const = 0;
  // So many places more, for those which callers hold who wait for what hangs and will leave; with
  // the limit at most params.max.
  virtual int hung() const { return 0; }
  virtual Cause update(const Window& window) = 0;
  // A window that was granted under another limit than the present one: no reason to change it.
  virtual void learn(const Window& /*window*/) {}
  // What the service needs when it is not full; 0 while not known.
  virtual Duration baseline() const = 0;
  // A share is refused by the service whatever is sent to it.
  virtual bool refusals_are_steady() const { return false; }
  // The limit is not known to be more than a guess.
  virtual bool guessing() const { return false; }
  // The limit is where it is to learn something, not because it is thought right.
  virtual bool probing() const { return false; }
};

}  // namespace weir::limiters
