#pragma once

#include <optional>
#include <string_view>

#include "proxy/buffer.h"
#include "proxy/http/message.h"

// The responses that weir gives itself, sheds above all, as RFC 9457 problems; it does not know why
// it gives them.
namespace weir::http {

struct Reply {
  ResponseHead head;  // its body length is known and not zero
  Buffer body;        // to be left out when the request was a HEAD
};

struct ReplyParams {
  int status = 500;
  std::string_view proxy_error;            // of the registry of RFC 9209; empty: none is named
  std::string_view word;                   // one word that also stands in metrics and logs
  std::string_view text;                   // a sentence for people; empty: the word stands for it
  bool reveal = true;                      // tell `word` and `text`
  std::optional<int> retry_after_seconds;  // raised to 1 when below
  std::string_view via_name;               // names weir in Proxy-Status
};

// Cheap enough to be given many times per admitted request: no formatting library, and the only
// memory taken is that of the head and one pooled chunk.
Reply error_reply(const ReplyParams& params);

}  // namespace weir::http
