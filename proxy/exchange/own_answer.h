#pragma once

#include <optional>
#include <string_view>

#include "proxy/exchange/ending.h"
#include "proxy/exchange/params.h"
#include "proxy/http/error_reply.h"

// What weir answers itself to who is not served, in the words of the table of endings; it does not
// know to whom. Of who is shed see Rejections.
namespace weir::exchange {

// `status` is the row's unless the fault has one of its own; `text` says it for people.
http::Reply own_answer(Ending how, int status, std::string_view text,
                       std::optional<int> retry_after_seconds, const ExchangeParams& params);

}  // namespace weir::exchange
