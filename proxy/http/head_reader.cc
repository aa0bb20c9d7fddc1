#include "proxy/http/head_reader.h"

#include <algorithm>
#include <cstring>

#include "proxy/buffer.h"
#include "proxy/http/sixteen_bytes.h"

namespace weir::http {
namespace {

// Some clients end a body with a line break of their own; more than this is no accident.
constexpr uint8_t kMostEmptyLines = 2;
// For what stands beside the target in a start line: method, blanks and version.
constexpr size_t kStartLineRoom = 64;

// As text.find(), but the few bytes that most lines have are looked at here, without a call.
size_t find_byte(std::string_view text, char byte, size_t from) {
  constexpr size_t kUsualLine = 64;
  for (size_t seen = 0; seen < kUsualLine && from + SixteenBytes::kCount <= text.size();
       seen += SixteenBytes::kCount, from += SixteenBytes::kCount) {
    const auto marks = SixteenBytes(text.data() + from).equal(static_cast<uint8_t>(byte));
    if (marks.any()) return from + marks.before_first();
  }
  const void* const found =
      from < text.size() ? std::memchr(text.data() + from, byte, text.size() - from) : nullptr;
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

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
  switch (find_end(text, limits)) {
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

// At the end `line_` is where the body begins.
HeadReader::Found HeadReader::find_end(std::string_view text, const HeadLimits& limits) {
  for (size_t feed = find_byte(text, '\n', searched_); feed != std::string_view::npos;
       feed = find_byte(text, '\n', line_)) {
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
  const size_t carriage = find_byte(text, '\r', from);
  return carriage >= end - 1 || fail(400, "a bare CR in the head");
}

// Of a head whose first `bytes` bytes have no line break in their last line.
bool HeadReader::check_bounds(size_t bytes, const HeadLimits& limits) {
  if (line_ > 0 || message_ == Message::kResponse)
    return bytes < limits.max_head_bytes || fail(431, "the head is too long");
  const size_t most = std::min(limits.max_target_bytes + kStartLineRoom, limits.max_head_bytes);
  return bytes <= most || fail(414, "the request target is too long");
}

}  // namespace weir::http
