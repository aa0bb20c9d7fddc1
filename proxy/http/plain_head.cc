#include "proxy/http/plain_head.h"

#include <algorithm>

#include "proxy/http/is_exactly.h"

namespace weir::http {
namespace {

bool is_plain(const Headers::Field& field) {
  switch (field.known) {
    case Name::kConnection:
      return equal_ignoring_case(field.value, "keep-alive") ||
             equal_ignoring_case(field.value, "close");
    case Name::kProxyConnection:
    case Name::kTransferEncoding:
    case Name::kUpgrade:
      return false;
    default:
      return true;
  }
}

bool are_plain(const Headers& headers) {
  constexpr NameSet kOfConcern{Name::kConnection, Name::kProxyConnection, Name::kTransferEncoding,
                               Name::kUpgrade};
  if (!headers.names().has_any(kOfConcern)) return true;
  return std::all_of(headers.begin(), headers.end(),
                     [](const Headers::Field& field) { return is_plain(field); });
}

}  // namespace

bool is_plain(const RequestHead& head) {
  return (is_exactly(head.method, "GET") || is_exactly(head.method, "HEAD")) &&
         head.target.starts_with('/') && head.body.kind == BodyLength::Kind::kNone &&
         are_plain(head.headers);
}

bool is_plain(const ResponseHead& head) { return head.status >= 200 && are_plain(head.headers); }

}  // namespace weir::http
