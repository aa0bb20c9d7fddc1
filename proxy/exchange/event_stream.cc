#include "proxy/exchange/event_stream.h"

#include <optional>
#include <string_view>

namespace weir::exchange {

bool is_event_stream(const http::ResponseHead& head) {
  constexpr std::string_view kType = "text/event-stream";
  if (head.status < 200 || head.status > 299) return false;
  const auto type = head.headers.get(http::Name::kContentType);
  if (!type || type->size() < kType.size()) return false;  // nearly all
  if (!http::equal_ignoring_case(type->substr(0, kType.size()), kType)) return false;
  const std::string_view rest = type->substr(kType.size());
  const size_t parameters = rest.find_first_not_of(" \t");
  return parameters == std::string_view::npos || rest[parameters] == ';';
}

}  // namespace weir::exchange
