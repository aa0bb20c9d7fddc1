#include "proxy/exchange/own_answer.h"

namespace weir::exchange {

http::Reply own_answer(Ending how, int status, std::string_view text,
                       std::optional<int> retry_after_seconds, const ExchangeParams& params) {
  const EndingRow& row = row_of(how);
  return http::error_reply({.status = status,
                            .proxy_error = row.proxy_error,
                            .word = row.word,
                            .text = text,
                            .reveal = params.reveal_reason,
                            .retry_after_seconds = retry_after_seconds,
                            .via_name = params.forwarding.via_name});
}

}  // namespace weir::exchange
