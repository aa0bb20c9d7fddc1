#pragma once

#include <optional>
#include <string>
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

// No formatting library, and the only memory taken is that of the head and one pooled chunk.
Reply error_reply(const ReplyParams& params);

// An answer that is given so often that it is put together once, but for Retry-After.
class ReadyReply {
 public:
  // As error_reply() would give it; `params.retry_after_seconds` has no meaning here.
  explicit ReadyReply(const ReplyParams& params);

  size_t body_bytes() const { return body_.size(); }
  // For HTTP/1: all that stands in front of the seconds, all of the head behind them but for what
  // it says of the connection and its last CRLF, and the body.
  std::string_view before_seconds() const { return before_; }
  std::string_view behind_seconds() const { return behind_; }
  std::string_view body() const { return body_; }
  static int seconds_to_tell(int seconds) { return seconds < 1 ? 1 : seconds; }

 private:
  std::string before_;
  std::string behind_;
  std::string body_;
};

}  // namespace weir::http
