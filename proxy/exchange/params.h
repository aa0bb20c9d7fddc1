#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proxy/http/forwarding_rules.h"

// What an operator may choose for every exchange; it does not know where it was written.
namespace weir::exchange {

struct ExchangeParams {
  http::ForwardingParams forwarding;
  std::optional<uint64_t> max_body_bytes;  // of a request; none: unlimited
  // Of the service's answers, those which say that too much was sent to it.
  std::vector<int> overload_statuses = {503, 504};
  bool reveal_reason = true;  // local answers say which limit and why
};

}  // namespace weir::exchange
