#pragma once

#include <vector>

#include "limiters/permit.h"
#include "proxy/exchange/params.h"
#include "proxy/http/error_reply.h"

// What is told to whom is rejected, made ready by reason, because a shed has to be cheap; it does
// not know who was.
namespace weir::exchange {

class Rejections {
 public:
  explicit Rejections(const ExchangeParams& params);
  const http::ReadyReply& of(limiters::Rejection why) const {
    return replies_[static_cast<size_t>(why)];
  }

 private:
  std::vector<http::ReadyReply> replies_;
};

}  // namespace weir::exchange
