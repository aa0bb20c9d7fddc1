#pragma once

#include <cstddef>
#include <cstdint>

#include "limiters/timeline.h"

// What one answered request tells; it does not know who asked.
namespace weir::limiters {

enum class Outcome : uint8_t {
  kSuccess,    // the service did its work: its latency counts
  kFailure,    // the service said that it failed: quick or slow, its latency means nothing
  kOverload,   // refused by the service: too much was sent
  kOverQuota,  // the service said that its caller has had his quota: says nothing about the others
  kAbandoned,  // its caller left before there was an answer: it would have taken longer
  kTimedOut,   // the proxy did not wait for it any more: the same
  kIgnored     // upgraded, or never reached the service: teaches nothing
};
inline constexpr size_t kOutcomes = static_cast<size_t>(Outcome::kIgnored) + 1;

struct Sample {
  TimePoint granted;
  Duration latency;   // from the grant to the response head
  int in_flight = 0;  // at the grant, this request included
  Outcome outcome = Outcome::kIgnored;
};

}  // namespace weir::limiters
