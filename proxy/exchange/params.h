#pragma once

#include <cstdint>
#include <optional>

#include "proxy/http/forwarding_rules.h"

// What an operator may choose for every exchange; it does not know where it was written.
namespace weir::exchange {

struct ExchangeParams {
  http::ForwardingParams forwarding;
  std::optional<uint64_t> max_body_bytes;  // of a request; none: unlimited
  bool reveal_reason = true;               // local answers say which limit and why
};

}  // namespace weir::exchange
