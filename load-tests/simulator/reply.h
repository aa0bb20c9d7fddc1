#pragma once

#include <cstdint>

#include "limiters/sample.h"

// How a modelled service answers, and what that tells whoever let the request in; it does not know
// why.
namespace weir::simulator {

// The last as HTTP's 429 does: its caller has had his part.
enum class Reply : uint8_t { kSuccess, kFailure, kRefused, kOverQuota };

constexpr limiters::Outcome outcome_of(Reply reply) {
  switch (reply) {
    case Reply::kSuccess:
      return limiters::Outcome::kSuccess;
    case Reply::kFailure:
      return limiters::Outcome::kFailure;
    case Reply::kOverQuota:
      return limiters::Outcome::kOverQuota;
    case Reply::kRefused:
      break;
  }
  return limiters::Outcome::kOverload;
}

}  // namespace weir::simulator
