#include "proxy/http/h1_request_reader.h"

#include <llhttp.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "proxy/http/head_check.h"
#include "proxy/http/plain_head.h"

#if LLHTTP_VERSION_MAJOR < 9 && LLHTTP_STRICT_MODE != 1
#error llhttp before version 9 has to be built in strict mode
#endif

namespace weir::http {
namespace {

// What llhttp makes of a head; a witness of its own, asked after ours.
struct Testimony {
  bool complete = false;
  bool chunked = false;
  bool has_length = false;
  uint64_t length = 0;
};

const llhttp_settings_t& head_only() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    made.on_headers_complete = [](llhttp_t* parser) {
      auto* seen = static_cast<Testimony*>(parser->data);
      seen->complete = true;
      seen->chunked = (parser->flags & F_CHUNKED) != 0;
      seen->has_length = (parser->flags & F_CONTENT_LENGTH) != 0;
      seen->length = parser->content_length;
      return 1;  // no body follows in what it is given
    };
    return made;
  }();
  return settings;
}

bool same_body(const Testimony& seen, BodyLength body) {
  switch (body.kind) {
    case BodyLength::Kind::kKnown:
      return !seen.chunked && seen.has_length && seen.length == body.bytes;
    case BodyLength::Kind::kUnknown:
      return seen.chunked && !seen.has_length;
    case BodyLength::Kind::kNone:
    case BodyLength::Kind::kUntilClose:
      break;
  }
  return !seen.chunked && !seen.has_length;
}

std::optional<ProtocolError> ask_llhttp(std::string_view text, const RequestHead& head) {
  Testimony seen;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &head_only());
  parser.data = &seen;
  const llhttp_errno_t result = llhttp_execute(&parser, text.data(), text.size());
  if (result == HPE_INVALID_METHOD) return ProtocolError{501, "a method that is not known"};
  // It stops behind the head of an upgrade, which is all that it was given.
  const bool whole = result == HPE_OK || result == HPE_PAUSED_UPGRADE;
  const bool agrees =
      whole && seen.complete && parser.http_major == 1 &&
      parser.http_minor == (head.version == Version::kHttp10 ? 0 : 1) &&
      head.method == llhttp_method_name(static_cast<llhttp_method_t>(parser.method)) &&
      same_body(seen, head.body);
  if (!agrees) return ProtocolError{400, "a malformed request head"};
  return std::nullopt;
}

}  // namespace

H1RequestReader::Step H1RequestReader::next(std::span<const std::byte>& bytes,
                                            const HeadLimits& limits, RequestHead& head,
                                            Persistence& persistence) {
  const Step step = reader_.next(bytes, limits);
  if (step == Step::kFailed) error_ = std::make_unique<ProtocolError>(reader_.error());
  if (step != Step::kHead) return step;
  std::optional<ProtocolError> failure = take_apart(reader_.head(), reader_.fields(), limits, head);
  if (failure) head = RequestHead();
  if (!failure) failure = pass_gate(head, persistence);
  if (!failure && !is_plain(head)) failure = ask_llhttp(reader_.head(), head);
  reader_.clear();
  if (!failure) return Step::kHead;
  error_ = std::make_unique<ProtocolError>(std::move(*failure));
  return Step::kFailed;
}

}  // namespace weir::http
