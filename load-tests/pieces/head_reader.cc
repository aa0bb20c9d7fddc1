#include "load-tests/pieces/head_reader.h"

#include <algorithm>

#include "load-tests/pieces/quantities.h"
#include "proxy/http/message.h"

namespace weir::pieces {

using http::equal_ignoring_case;

namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// False when the field makes the length of the body unknowable.
bool take_field(std::string_view name, std::string_view value, HeadFields& fields) {
  // Most fields are told apart by their length alone.
  switch (name.size()) {
    case 6:
      if (equal_ignoring_case(name, "expect"))
        fields.expects_continue = equal_ignoring_case(value, "100-continue");
      break;
    case 10:
      if (equal_ignoring_case(name, "connection"))
        http::for_each_element(value, [&](std::string_view element) {
          fields.close |= equal_ignoring_case(element, "close");
          fields.keep_alive |= equal_ignoring_case(element, "keep-alive");
        });
      break;
    case 11:
      if (equal_ignoring_case(name, "retry-after")) {
        const auto seconds = parse_count(value);
        if (seconds && *seconds <= UINT32_MAX)
          fields.retry_after_seconds = static_cast<uint32_t>(*seconds);
      }
      break;
    case 14:
      if (!equal_ignoring_case(name, "content-length")) break;
      if (fields.content_length) return false;
      fields.content_length = parse_count(value);
      return fields.content_length.has_value();
    case 17:
      if (!equal_ignoring_case(name, "transfer-encoding")) break;
      fields.chunked = equal_ignoring_case(value, "chunked");
      return fields.chunked;
    default:
      break;
  }
  return true;
}

}  // namespace

HeadReader::Step HeadReader::next(std::string_view& bytes, std::string_view& head) {
  if (complete_) {
    complete_ = false;
    held_.clear();
  }
  if (held_.empty()) {
    const size_t end = bytes.find(kEnd);
    if (end != std::string_view::npos && end <= kMostBytes) {
      head = bytes.substr(0, end + kEnd.size());
      bytes.remove_prefix(head.size());
      return Step::kHead;
    }
  }
  const size_t before = held_.size();
  held_.append(bytes);
  const size_t end = held_.find(kEnd, before - std::min(before, kEnd.size() - 1));
  if (end == std::string::npos) {
    bytes = {};
    return held_.size() > kMostBytes ? Step::kTooLong : Step::kMore;
  }
  held_.resize(end + kEnd.size());
  if (held_.size() > kMostBytes) return Step::kTooLong;
  bytes.remove_prefix(held_.size() - before);
  head = held_;
  complete_ = true;
  return Step::kHead;
}

std::string_view first_line(std::string_view head) { return head.substr(0, head.find("\r\n")); }

std::optional<HeadFields> read_fields(std::string_view head) {
  HeadFields fields;
  head.remove_prefix(head.find('\n') + 1);
  for (;;) {
    const size_t end = head.find("\r\n");
    if (end == std::string_view::npos || end == 0) break;
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    if (!take_field(line.substr(0, colon), trimmed(line.substr(colon + 1)), fields)) return {};
  }
  if (fields.chunked && fields.content_length) return {};
  return fields;
}

}  // namespace weir::pieces
