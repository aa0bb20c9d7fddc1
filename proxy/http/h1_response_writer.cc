#include "proxy/http/h1_response_writer.h"

#include <charconv>
#include <string_view>

#include "proxy/http/head_writer.h"

namespace weir::http {
namespace {

// Written by the codec itself, whatever the head holds.
constexpr NameSet kCodecsOwn{Name::kConnection, Name::kContentLength, Name::kKeepAlive,
                             Name::kTransferEncoding};
constexpr NameSet kCodecsOwnOrUnasked = kCodecsOwn | NameSet{Name::kUpgrade};

void add_framing(HeadWriter& out, BodyLength framing) {
  switch (framing.kind) {
    case BodyLength::Kind::kNone:
    case BodyLength::Kind::kUntilClose:
      return;
    case BodyLength::Kind::kKnown:
      out.add("Content-Length: ");
      out.add_number(framing.bytes, 10);
      out.add("\r\n");
      return;
    case BodyLength::Kind::kUnknown:
      out.add("Transfer-Encoding: chunked\r\n");
      return;
  }
}

std::string_view line_of(ConnectionOption option) {
  switch (option) {
    case ConnectionOption::kNone:
      return "";
    case ConnectionOption::kClose:
      return "Connection: close\r\n";
    case ConnectionOption::kKeepAlive:
      return "Connection: keep-alive\r\n";
    case ConnectionOption::kUpgrade:
      return "Connection: upgrade\r\n";
  }
  return "";
}

}  // namespace

size_t append_response_head(Buffer& out, const ResponseHead& head, BodyLength framing,
                            ConnectionOption option) {
  const size_t before = out.size();
  HeadWriter writer(out);
  writer.add("HTTP/1.1 ");
  writer.add_number(static_cast<uint64_t>(head.status), 10);
  // The blank stands even before an empty reason (RFC 9112 section 4).
  writer.add(" ");
  writer.add(head.reason.empty() ? reason_phrase(head.status) : head.reason);
  writer.add("\r\n");
  writer.add_fields(head.headers, head.status == 101 ? kCodecsOwn : kCodecsOwnOrUnasked);
  add_framing(writer, framing);
  writer.add(line_of(option));
  writer.add("\r\n");
  writer.flush();
  return out.size() - before;
}

size_t append_ready_reply(Buffer& out, const ReadyReply& reply, int retry_after_seconds,
                          ConnectionOption option, BodyToo body) {
  constexpr size_t kMostDigits = 10;
  const std::string_view line = line_of(option);
  const std::string_view text = body == BodyToo::kYes ? reply.body() : std::string_view();
  const size_t head_but_digits =
      reply.before_seconds().size() + reply.behind_seconds().size() + line.size() + 2;
  const size_t before = out.size();
  out.append_by(head_but_digits + kMostDigits + text.size(), [&](char* to) {
    to = copy_short(to, reply.before_seconds());
    to = std::to_chars(to, to + kMostDigits, ReadyReply::seconds_to_tell(retry_after_seconds)).ptr;
    to = copy_short(to, reply.behind_seconds());
    to = copy_short(to, line);
    to = copy_short(to, "\r\n");
    return copy_short(to, text);
  });
  return out.size() - before - text.size();
}

}  // namespace weir::http
