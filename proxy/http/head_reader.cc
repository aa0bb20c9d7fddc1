#include "proxy/http/head_reader.h"

#include <algorithm>
#include <optional>

#include "proxy/buffer.h"
#include "proxy/http/whole_head.h"

namespace weir::http {
namespace {

// Some clients end a body with a line break of their own; more than this is no accident.
constexpr uint8_t kMostEmptyLines = 2;
// For what stands beside the target in a start line: method, blanks and version.
constexpr size_t kStartLineRoom = 64;

bool is_printable(std::byte b) { return b > std::byte{' '} && b < std::byte{0x7f}; }

}  // namespace

bool HeadReader::fail(int status, const char* reason) {
  failure_status_ = static_cast<int16_t>(status);
  failure_ = reason;
  return false;
}

void HeadReader::clear() {
  held_.reset();
  head_ = {};
  line_ = searched_ = fields_ = 0;
  empty_lines_ = 0;
}

HeadReader::Step HeadReader::next(std::span<const std::byte>& bytes, const HeadLimits& limits) {
  if (message_ == Message::kRequest && !skip_empty_lines(bytes)) return Step::kFailed;
  if (bytes.empty()) return Step::kMore;
  const size_t before = held_ ? held_->size() : 0;
  // What speaks another language, such as TLS, need not be waited for.
  if (before == 0 && !is_printable(bytes.front())) {
    fail(400, "not a message of HTTP/1");
    return Step::kFailed;
  }
  if (held_) held_->append(weir::text_of(bytes));
  const std::string_view text = held_ ? std::string_view(*held_) : weir::text_of(bytes);
  switch (find_at_once(text, limits) ? Found::kEnd : find_end(text, limits)) {
    case Found::kFault:
      return Step::kFailed;
    case Found::kMore:
      if (!held_) held_ = std::make_unique<std::string>(text);
      bytes = {};
      return Step::kMore;
    case Found::kEnd:
      break;
  }
  head_ = text.substr(0, line_);
  bytes = bytes.subspan(line_ - before);
  return Step::kHead;
}

bool HeadReader::skip_empty_lines(std::span<const std::byte>& bytes) {
  while (!bytes.empty()) {
    const bool half = held_ && *held_ == "\r";
    if (!half) {
      if (held_ || static_cast<char>(bytes.front()) != '\r') return true;
      bytes = bytes.subspan(1);
      held_ = std::make_unique<std::string>("\r");
      continue;
    }
    if (static_cast<char>(bytes.front()) != '\n') return fail(400, "a bare CR before the request");
    if (++empty_lines_ > kMostEmptyLines) return fail(400, "empty lines before the request");
    bytes = bytes.subspan(1);
    held_.reset();
  }
  return true;
}

// As find_end(), of nearly every head; else it leaves everything to that one.
bool HeadReader::find_at_once(std::string_view text, const HeadLimits& limits) {
  if (held_) return false;
  const std::optional<WholeHead> whole = find_whole_head(text);
  // All lines but the first and the blank one are fields.
  if (!whole || whole->first_line > most_of_first_line(limits) ||
      whole->bytes > limits.max_head_bytes || whole->lines - 2 > limits.max_fields)
    return false;
  line_ = searched_ = static_cast<uint32_t>(whole->bytes);
  fields_ = static_cast<uint32_t>(whole->lines - 2);
  return true;
}

// At the end `line_` is where the body begins.
HeadReader::Found HeadReader::find_end(std::string_view text, const HeadLimits& limits) {
  for (size_t feed = text.find('\n', searched_); feed != std::string_view::npos;
       feed = text.find('\n', line_)) {
    if (!check_bounds(feed, limits)) return Found::kFault;
    const size_t size = feed - line_;
    if (size == 0 || text[feed - 1] != '\r') {
      fail(400, "a bare LF in the head");
      return Found::kFault;
    }
    if (!check_returns(text, feed)) return Found::kFault;
    const bool end = size == 1;
    if (line_ > 0 && !end && ++fields_ > limits.max_fields) {
      fail(431, "too many fields in the head");
      return Found::kFault;
    }
    line_ = searched_ = static_cast<uint32_t>(feed + 1);
    if (end) return Found::kEnd;
  }
  if (!check_bounds(text.size(), limits)) return Found::kFault;
  if (!check_returns(text, text.size())) return Found::kFault;
  searched_ = static_cast<uint32_t>(text.size());
  return Found::kMore;
}

// Of the line whose part up to `end` has come. Every fault of a response gets the same status, so
// this one is told as soon as it is seen; in a request it waits for those before it.
bool HeadReader::check_returns(std::string_view text, size_t end) {
  if (message_ == Message::kRequest) return true;
  // The last byte seen may have been a CR that waited for its LF.
  const size_t from = std::max(line_, searched_ - std::min(searched_, 1u));
  const size_t carriage = text.find('\r', from);
  return carriage >= end - 1 || fail(400, "a bare CR in the head");
}

// Of a head whose first `bytes` bytes have no line break in their last line.
bool HeadReader::check_bounds(size_t bytes, const HeadLimits& limits) {
  if (line_ > 0 || message_ == Message::kResponse)
    return bytes < limits.max_head_bytes || fail(431, "the head is too long");
  return bytes <= most_of_first_line(limits) || fail(414, "the request target is too long");
}

size_t HeadReader::most_of_first_line(const HeadLimits& limits) const {
  if (message_ == Message::kResponse) return limits.max_head_bytes;
  return std::min(limits.max_target_bytes + kStartLineRoom, limits.max_head_bytes);
}

}  // namespace weir::http
