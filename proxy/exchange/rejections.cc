#include "proxy/exchange/rejections.h"

#include "proxy/exchange/ending.h"

namespace weir::exchange {

Rejections::Rejections(const ExchangeParams& params) {
  const EndingRow& row = row_of(Ending::kRejected);
  for (size_t i = 0; i < limiters::kRejections; ++i)
    replies_.emplace_back(http::ReplyParams{.status = row.status,
                                            .proxy_error = row.proxy_error,
                                            .word = word_of(static_cast<limiters::Rejection>(i)),
                                            .text = "",
                                            .reveal = params.reveal_reason,
                                            .retry_after_seconds = std::nullopt,
                                            .via_name = params.forwarding.via_name});
}

}  // namespace weir::exchange
