#include "proxy/http/error_reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "proxy/http/h1_response_writer.h"

namespace weir::http {
namespace {

constexpr size_t kMostTextBytes = 200;
constexpr std::string_view kReducedCapacity =
    "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity";
// All that weir passes on; CONNECT is not among them.
constexpr std::string_view kAllowed = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE";

// A string in place; what does not fit is left out.
template <size_t kBytes>
class Line {
 public:
  Line& add(std::string_view text) {
    const size_t part = std::min(text.size(), bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, text.data(), part);
    size_ += part;
    return *this;
  }
  Line& add(char c) { return add(std::string_view(&c, 1)); }
  Line& add(int number) {
    std::array<char, 12> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return add(std::string_view(digits.data(), static_cast<size_t>(end - digits.data())));
  }
  operator std::string_view() const { return {bytes_.data(), size_}; }

 private:
  // Uninitialised on purpose: written before it is read.
  std::array<char, kBytes> bytes_;
  size_t size_ = 0;
};

// Whatever a text holds, JSON and HTTP get printable ASCII: the texts are ours, but quote peers.
char printable(char c) { return c >= ' ' && c <= '~' ? c : '?'; }

// Every byte of a text may need an escape: a name and a word in the one, a text in the other,
// beside the fixed parts.
using Value = Line<4 * kMostTextBytes + 128>;
using Body = Line<2 * kMostTextBytes + 256>;

// JSON and structured fields (RFC 8941 section 3.3.3) escape the same two characters.
template <typename Out>
void add_quoted(Out& out, std::string_view text) {
  out.add('"');
  for (const char c : text.substr(0, kMostTextBytes)) {
    if (c == '"' || c == '\\') out.add('\\');
    out.add(printable(c));
  }
  out.add('"');
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_structured_token(std::string_view text) {
  if (text.empty() || !(is_letter(text.front()) || text.front() == '*')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~:/").find(c) != std::string_view::npos;
  });
}

Value proxy_status(const ReplyParams& params) {
  Value value;
  // RFC 9209 allows both; a name that begins with a digit is no token there.
  if (is_structured_token(params.via_name)) {
    value.add(params.via_name.substr(0, kMostTextBytes));
  } else {
    add_quoted(value, params.via_name);
  }
  if (!params.proxy_error.empty()) value.add("; error=").add(params.proxy_error);
  if (params.reveal && !params.word.empty()) {
    value.add("; details=");
    add_quoted(value, params.word);
  }
  return value;
}

Body problem(const ReplyParams& params, std::string_view phrase) {
  Body body;
  const bool for_a_while = params.status == 503 && params.retry_after_seconds;
  body.add("{\"type\":\"").add(for_a_while ? kReducedCapacity : "about:blank");
  body.add("\",\"title\":\"").add(for_a_while ? "Temporary reduced capacity" : phrase);
  body.add("\",\"status\":").add(params.status);
  const std::string_view detail = params.text.empty() ? params.word : params.text;
  if (params.reveal && !detail.empty()) {
    body.add(",\"detail\":");
    add_quoted(body, detail);
  }
  body.add("}\n");
  return body;
}

}  // namespace

Reply error_reply(const ReplyParams& params) {
  const std::string_view phrase = reason_phrase(params.status);
  const Body body = problem(params, phrase);
  Reply reply;
  reply.body.append(std::string_view(body));
  ResponseHead& head = reply.head;
  head.status = params.status;
  head.reason = phrase;
  head.body = {BodyLength::Kind::kKnown, reply.body.size()};
  head.headers.reserve(4, 256);
  head.headers.add(Name::kContentType, "application/problem+json");
  if (params.retry_after_seconds) {
    Line<12> seconds;
    head.headers.add(Name::kRetryAfter,
                     seconds.add(ReadyReply::seconds_to_tell(*params.retry_after_seconds)));
  }
  head.headers.add(Name::kProxyStatus, proxy_status(params));
  if (params.status == 405) head.headers.add("Allow", kAllowed);
  return reply;
}

ReadyReply::ReadyReply(const ReplyParams& params) {
  ReplyParams once = params;
  once.retry_after_seconds = 1;
  const Reply reply = error_reply(once);
  body_ = reply.body.to_string();
  Buffer written;
  append_response_head(written, reply.head, reply.head.body, ConnectionOption::kNone);
  const std::string head = written.to_string();
  constexpr std::string_view kField = "Retry-After: ";
  const size_t seconds = head.find(kField) + kField.size();
  before_ = head.substr(0, seconds);
  behind_ = head.substr(seconds + 1, head.size() - seconds - 1 - 2);
}

}  // namespace weir::http
