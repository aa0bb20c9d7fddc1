#include "proxy/http/h1_request_writer.h"

#include <utility>

#include "proxy/http/head_writer.h"
#include "proxy/http/is_exactly.h"

namespace weir::http {
namespace {

// Written by the codec itself, whatever the head holds.
constexpr NameSet kCodecsOwn{
    Name::kConnection, Name::kContentLength,    Name::kHost,   Name::kKeepAlive,
    Name::kTe,         Name::kTransferEncoding, Name::kUpgrade};

// RFC 9110 section 8.6: for these a missing length is news, and some services refuse it with 411.
bool expects_body(std::string_view method) {
  return is_exactly(method, "POST") || is_exactly(method, "PUT") || is_exactly(method, "PATCH");
}

void add_framing(HeadWriter& out, const RequestHead& head) {
  switch (head.body.kind) {
    case BodyLength::Kind::kNone:
      if (expects_body(head.method)) out.add("Content-Length: 0\r\n");
      return;
    case BodyLength::Kind::kKnown:
      out.add("Content-Length: ");
      out.add_number(head.body.bytes, 10);
      out.add("\r\n");
      return;
    case BodyLength::Kind::kUnknown:
    case BodyLength::Kind::kUntilClose:
      out.add("Transfer-Encoding: chunked\r\n");
      return;
  }
}

void add_connection(HeadWriter& out, const RequestHead& head) {
  const bool te = head.headers.names().has(Name::kTe);
  if (te) out.add("TE: trailers\r\n");
  if (!head.upgrade.empty()) {
    out.add_field("Upgrade", head.upgrade);
    out.add(te ? "Connection: upgrade, TE\r\n" : "Connection: upgrade\r\n");
  } else if (te) {
    out.add("Connection: TE\r\n");
  }
}

}  // namespace

size_t append_request_head(Buffer& out, const RequestHead& head) {
  const size_t before = out.size();
  HeadWriter writer(out);
  writer.add(head.method);
  writer.add(" ");
  writer.add(head.target);
  writer.add(" HTTP/1.1\r\n");
  writer.add_field("Host", head.authority);
  writer.add_fields(head.headers, kCodecsOwn);
  add_framing(writer, head);
  add_connection(writer, head);
  writer.add("\r\n");
  writer.flush();
  return out.size() - before;
}

size_t append_chunk(Buffer& out, Buffer bytes) {
  const size_t body = bytes.size();
  const size_t before = out.size();
  HeadWriter writer(out);
  writer.add_number(body, 16);
  writer.add("\r\n");
  writer.flush();
  out.append(std::move(bytes));
  out.append("\r\n");
  return out.size() - before - body;
}

size_t append_last_chunk(Buffer& out, const Headers& trailers) {
  const size_t before = out.size();
  HeadWriter writer(out);
  writer.add("0\r\n");
  writer.add_fields(trailers, kCodecsOwn);
  writer.add("\r\n");
  writer.flush();
  return out.size() - before;
}

}  // namespace weir::http
