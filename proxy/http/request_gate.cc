#include "proxy/http/request_gate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/http/authority.h"

namespace weir::http {
namespace {

using Failure = std::optional<ProtocolError>;

// What the fields say, before it is judged.
struct Said {
  size_t lengths = 0;
  size_t codings = 0;
  size_t hosts = 0;
  std::string_view length;
  std::string_view coding;
  std::string_view host;
  std::string upgrade;
  bool close = false;
  bool keep_alive = false;
  bool wants_upgrade = false;
  bool expects_continue = false;
  bool expects_other = false;
  bool disguised = false;
};

Failure bad(const char* reason, int status = 400) { return ProtocolError{status, reason}; }

// Some services read '_' in a name as '-', so this one may frame the body for them alone.
bool is_disguised(std::string_view name) {
  const bool as_long = name.size() == text_of(Name::kContentLength).size() ||
                       name.size() == text_of(Name::kTransferEncoding).size();
  if (!as_long || name.find('_') == std::string_view::npos) return false;
  std::string plain(name);
  std::ranges::replace(plain, '_', '-');
  const Name known = name_of(plain);
  return known == Name::kContentLength || known == Name::kTransferEncoding;
}

void add_options(Said& said, std::string_view value) {
  for_each_element(value, [&](std::string_view option) {
    said.close |= equal_ignoring_case(option, "close");
    said.keep_alive |= equal_ignoring_case(option, "keep-alive");
    said.wants_upgrade |= equal_ignoring_case(option, "upgrade");
  });
}

// Behind an upgrade to h2c requests would reach the service unseen.
void add_upgrade(Said& said, std::string_view value) {
  for_each_element(value, [&](std::string_view protocol) {
    if (equal_ignoring_case(protocol, "h2c")) return;
    if (!said.upgrade.empty()) said.upgrade += ", ";
    said.upgrade += protocol;
  });
}

void add_expectation(Said& said, std::string_view value) {
  const bool usual = equal_ignoring_case(value, "100-continue");
  said.expects_continue |= usual;
  said.expects_other |= !usual;
}

Said gather(const Headers& headers) {
  Said said;
  for (const Headers::Field& field : headers) {
    switch (field.known) {
      case Name::kContentLength:
        ++said.lengths;
        said.length = field.value;
        break;
      case Name::kTransferEncoding:
        ++said.codings;
        said.coding = field.value;
        break;
      case Name::kHost:
        ++said.hosts;
        said.host = field.value;
        break;
      case Name::kConnection:
        add_options(said, field.value);
        break;
      case Name::kUpgrade:
        add_upgrade(said, field.value);
        break;
      case Name::kExpect:
        add_expectation(said, field.value);
        break;
      case Name::kOther:
        said.disguised |= is_disguised(field.name);
        break;
      default:
        break;
    }
  }
  return said;
}

// ---- the body ----

Failure read_length(std::string_view text, uint64_t& bytes) {
  // Nineteen digits are more than any body has and cannot overflow.
  constexpr size_t kMostDigits = 19;
  if (text.empty() || text.size() > kMostDigits) return bad("a Content-Length out of range");
  bytes = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return bad("a Content-Length that is no number");
    bytes = bytes * 10 + static_cast<uint64_t>(c - '0');
  }
  return std::nullopt;
}

Failure frame(RequestHead& head, const Said& said) {
  if (said.disguised) return bad("a framing field in disguise");
  if (said.codings > 0 && said.lengths > 0) return bad("both Content-Length and Transfer-Encoding");
  if (said.codings > 0) {
    if (head.version == Version::kHttp10) return bad("Transfer-Encoding in an HTTP/1.0 request");
    if (said.codings > 1) return bad("two Transfer-Encoding fields");
    if (!equal_ignoring_case(said.coding, "chunked"))
      return bad("a Transfer-Encoding other than chunked");
    head.body = {BodyLength::Kind::kUnknown, 0};
    return std::nullopt;
  }
  if (said.lengths == 0) return std::nullopt;
  if (said.lengths > 1) return bad("two Content-Length fields");
  head.body.kind = BodyLength::Kind::kKnown;
  return read_length(said.length, head.body.bytes);
}

// ---- the host ----

// Of an absolute-form target: scheme and authority, else both empty.
struct Absolute {
  std::string_view scheme;
  std::string_view authority;
};

Absolute absolute_parts(std::string_view target) {
  const size_t colon = target.find("://");
  if (colon == std::string_view::npos) return {};
  const std::string_view rest = target.substr(colon + 3);
  return {target.substr(0, colon), rest.substr(0, rest.find_first_of("/?"))};
}

Failure check_target(const RequestHead& head, Absolute& absolute) {
  const std::string_view target = head.target;
  if (head.method == "CONNECT") {
    const size_t port = target.rfind(':');
    const bool has_port = port != std::string_view::npos && port + 1 < target.size();
    if (!has_port || !is_authority(target)) return bad("a CONNECT without host and port");
    absolute.authority = target;
    return std::nullopt;
  }
  if (target.front() == '/') return std::nullopt;
  if (target == "*") {
    if (head.method != "OPTIONS") return bad("the target \"*\" outside OPTIONS");
    return std::nullopt;
  }
  absolute = absolute_parts(target);
  const bool web =
      equal_ignoring_case(absolute.scheme, "http") || equal_ignoring_case(absolute.scheme, "https");
  if (!web) return bad("a target that is neither a path nor a web address");
  if (!is_authority(absolute.authority)) return bad("a bad host in the target");
  return std::nullopt;
}

Failure find_authority(RequestHead& head, const Said& said) {
  Absolute absolute;
  if (Failure failure = check_target(head, absolute)) return failure;
  if (said.hosts > 1) return bad("two Host fields");
  if (said.hosts == 0) {
    if (head.version != Version::kHttp10) return bad("no Host field");
    head.authority = absolute.authority;
    return std::nullopt;
  }
  // An empty one says that the target has no authority (RFC 9112 section 3.2).
  if (!said.host.empty() && !is_authority(said.host)) return bad("a bad Host field");
  if (absolute.authority.empty()) {
    head.authority = said.host;
    return std::nullopt;
  }
  if (!same_authority(absolute.authority, said.host, absolute.scheme))
    return bad("a target and a Host that disagree");
  head.authority = absolute.authority;
  return std::nullopt;
}

// ---- the connection ----

Persistence persistence_of(const RequestHead& head, const Said& said) {
  // After a CONNECT, client and server may disagree about where the next request begins.
  if (said.close || head.method == "CONNECT") return Persistence::kCloses;
  if (head.version != Version::kHttp10) return Persistence::kPersists;
  return said.keep_alive ? Persistence::kPersistsWhenTold : Persistence::kCloses;
}

bool has_body(BodyLength body) {
  return body.kind == BodyLength::Kind::kUnknown ||
         (body.kind == BodyLength::Kind::kKnown && body.bytes > 0);
}

}  // namespace

std::optional<ProtocolError> pass_gate(RequestHead& head, Persistence& persistence) {
  Said said = gather(head.headers);
  if (Failure failure = frame(head, said)) return failure;
  if (Failure failure = find_authority(head, said)) return failure;
  if (head.method == "CONNECT" && has_body(head.body)) return bad("a CONNECT with a body");
  if (said.expects_other) return bad("an expectation other than 100-continue", 417);
  const bool modern = head.version != Version::kHttp10;
  head.expects_continue = said.expects_continue && modern && has_body(head.body);
  if (said.wants_upgrade && modern) head.upgrade = std::move(said.upgrade);
  persistence = persistence_of(head, said);
  return std::nullopt;
}

}  // namespace weir::http
