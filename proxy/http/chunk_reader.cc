#include "proxy/http/chunk_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "proxy/buffer.h"

namespace weir::http {
namespace {

constexpr uint32_t kMostLineExtension = 16 * 1024;
constexpr uint64_t kMostExtensions = 64 * 1024;

int hex_value(unsigned char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const unsigned char lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_token_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_control(unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; }

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool ChunkReader::fail(const char* reason, int status) {
  at_ = At::kFailed;
  failure_ = reason;
  failure_status_ = static_cast<int16_t>(status);
  return false;
}

ChunkReader::Step ChunkReader::next(std::span<const std::byte>& bytes,
                                    std::span<const std::byte>& body, const HeadLimits& limits) {
  while (!bytes.empty()) {
    if (at_ == At::kBody) {
      const auto part = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
      body = bytes.first(part);
      bytes = bytes.subspan(part);
      left_ -= part;
      body_ += part;
      if (left_ == 0) at_ = At::kBodyReturn;
      return Step::kBody;
    }
    if (at_ == At::kTrailers) return take_trailer_bytes(bytes, limits);
    const auto c = static_cast<unsigned char>(bytes.front());
    bytes = bytes.subspan(1);
    if (!take_line_byte(c)) return Step::kFailed;
  }
  return at_ == At::kFailed ? Step::kFailed : Step::kMore;
}

bool ChunkReader::take_line_byte(unsigned char c) {
  switch (at_) {
    case At::kSize:
      return take_size(c);
    case At::kExtension:
      return take_extension(c);
    case At::kSizeLineFeed:
      return c == '\n' ? begin_chunk() : fail("a chunk size line does not end in CRLF");
    case At::kBodyReturn:
      at_ = At::kBodyLineFeed;
      return c == '\r' || fail("a chunk is longer than its size");
    case At::kBodyLineFeed:
      at_ = At::kSize;
      digits_ = 0;
      return c == '\n' || fail("a chunk does not end in CRLF");
    case At::kBody:
    case At::kTrailers:
    case At::kFailed:
      break;
  }
  return false;
}

bool ChunkReader::take_size(unsigned char c) {
  const int value = hex_value(c);
  if (value >= 0) {
    // Fifteen digits are far more than a body can have and cannot overflow.
    if (++digits_ > 15) return fail("a chunk size is too long");
    left_ = left_ * 16 + static_cast<uint64_t>(value);
    return true;
  }
  if (digits_ == 0) return fail("a chunk has no size");
  if (c != '\r' && c != ';') return fail("a chunk size has bad characters");
  line_extension_ = 0;
  at_ = c == '\r' ? At::kSizeLineFeed : At::kExtension;
  return true;
}

bool ChunkReader::take_extension(unsigned char c) {
  if (c == '\r') {
    at_ = At::kSizeLineFeed;
    return true;
  }
  if (is_control(c)) return fail("a control byte in a chunk extension");
  ++extensions_;
  if (++line_extension_ > kMostLineExtension || extensions_ > kMostExtensions + body_ / 4)
    return fail("too many bytes of chunk extensions");
  return true;
}

bool ChunkReader::begin_chunk() {
  at_ = left_ == 0 ? At::kTrailers : At::kBody;
  return true;
}

// ---- trailers ----

ChunkReader::Step ChunkReader::take_trailer_bytes(std::span<const std::byte>& bytes,
                                                  const HeadLimits& limits) {
  while (!bytes.empty()) {
    const char c = static_cast<char>(bytes.front());
    bytes = bytes.subspan(1);
    const bool after_return = !lines_.empty() && lines_.back() == '\r';
    if (after_return != (c == '\n')) {
      fail("a bare CR or LF in the trailers");
      return Step::kFailed;
    }
    lines_ += c;
    if (c != '\n') {
      if (lines_.size() <= limits.max_head_bytes) continue;
      fail("the trailers are too long", 431);
      return Step::kFailed;
    }
    const size_t begin = lines_.rfind('\n', lines_.size() - 2) + 1;  // npos + 1 is 0
    const std::string_view line = std::string_view(lines_).substr(begin, lines_.size() - begin - 2);
    if (line.empty()) {
      lines_ = {};
      return Step::kEnd;
    }
    if (!take_trailer_line(line, limits)) return Step::kFailed;
  }
  return Step::kMore;
}

bool ChunkReader::take_trailer_line(std::string_view line, const HeadLimits& limits) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return fail("a trailer without a colon");
  const std::string_view name = line.substr(0, colon);
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_byte))
    return fail("a bad trailer name");
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return is_control(static_cast<unsigned char>(c)); }))
    return fail("a control byte in a trailer");
  const Name known = name_of(name);
  if (known == Name::kContentLength || known == Name::kTransferEncoding || known == Name::kHost)
    return fail("a trailer that belongs in the head");
  if (trailers_.size() >= limits.max_fields) return fail("too many trailers", 431);
  if (known == Name::kOther || known == Name::kProxyStatus) trailers_.add(name, value);
  return true;
}

}  // namespace weir::http
