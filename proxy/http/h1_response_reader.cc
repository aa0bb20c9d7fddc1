#include "proxy/http/h1_response_reader.h"

#include <llhttp.h>

#include <algorithm>
#include <utility>

#include "proxy/buffer.h"

static_assert(LLHTTP_VERSION_MAJOR >= 9 || LLHTTP_STRICT_MODE == 1,
              "llhttp before version 9 has to be built in strict mode");

namespace weir::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

const llhttp_settings_t& head_only() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t made;
    llhttp_settings_init(&made);
    // 1: no body follows in what it is given.
    made.on_headers_complete = [](llhttp_t*) { return 1; };
    return made;
  }();
  return settings;
}

bool llhttp_agrees(std::string_view text, int status) {
  llhttp_t parser;
  llhttp_init(&parser, HTTP_RESPONSE, &head_only());
  const llhttp_errno_t result = llhttp_execute(&parser, text.data(), text.size());
  // It stops behind the head of an upgrade, which is all that it was given.
  if (result != HPE_OK && result != HPE_PAUSED_UPGRADE) return false;
  return parser.status_code == status;
}

}  // namespace

bool H1ResponseReader::fail(const char* reason) {
  failure_ = reason;
  return false;
}

H1ResponseReader::Step H1ResponseReader::next(std::span<const std::byte>& bytes,
                                              const HeadLimits& limits, ResponseHead& head) {
  const size_t before = held_.size();
  if (before > 0) held_ += weir::text_of(bytes);
  const std::string_view text = before > 0 ? std::string_view(held_) : weir::text_of(bytes);
  const Found found = find_end(text, limits);
  if (found == Found::kFault) return Step::kFailed;
  if (found == Found::kMore) {
    if (before == 0) held_ = text;
    bytes = {};
    return Step::kMore;
  }
  const size_t end = line_;
  if (!parse(text.substr(0, end), head)) return Step::kFailed;
  bytes = bytes.subspan(end - before);
  if (before > 0) held_ = std::string();
  line_ = searched_ = fields_ = 0;
  return Step::kHead;
}

// At the end `line_` is where the body begins.
H1ResponseReader::Found H1ResponseReader::find_end(std::string_view text,
                                                   const HeadLimits& limits) {
  for (size_t feed = text.find('\n', searched_); feed != std::string_view::npos;
       feed = text.find('\n', line_)) {
    const std::string_view line = text.substr(line_, feed - line_);
    if (!check_line(line)) return Found::kFault;
    if (feed + 1 > limits.max_head_bytes) break;
    const bool end = line.size() == 1;
    if (line_ > 0 && !end && ++fields_ > limits.max_fields) {
      fail("too many fields in the response");
      return Found::kFault;
    }
    line_ = searched_ = feed + 1;
    if (end) return Found::kEnd;
  }
  if (text.size() > limits.max_head_bytes) {
    fail("the response head is too long");
    return Found::kFault;
  }
  const size_t carriage = text.find('\r', searched_);
  if (carriage != std::string_view::npos && carriage + 1 != text.size()) {
    fail("a bare CR in the response head");
    return Found::kFault;
  }
  searched_ = std::min(carriage, text.size());
  return Found::kMore;
}

// `line` is without its LF.
bool H1ResponseReader::check_line(std::string_view line) {
  if (line.empty() || line.back() != '\r') return fail("a bare LF in the response head");
  if (line.find('\r') + 1 != line.size()) return fail("a bare CR in the response head");
  if (line_ == 0) return line.size() > 1 || fail("an empty line before the response");
  const char first = line.front();
  if (first == ' ' || first == '\t') return fail("a folded field in the response");
  return first != ':' || fail("a field without a name in the response");
}

bool H1ResponseReader::parse(std::string_view text, ResponseHead& head) {
  head = ResponseHead();
  size_t end = text.find('\r');
  if (!parse_status_line(text.substr(0, end), head)) return false;
  if (!llhttp_agrees(text, head.status)) return fail("a malformed response head");
  head.headers.reserve(fields_, text.size());
  for (size_t begin = end + 2; text[begin] != '\r'; begin = end + 2) {
    end = text.find('\r', begin);
    const std::string_view line = text.substr(begin, end - begin);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return fail("a response field without a colon");
    head.headers.add(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  }
  return true;
}

bool H1ResponseReader::parse_status_line(std::string_view line, ResponseHead& head) {
  const bool http11 = line.starts_with("HTTP/1.1 ");
  if (!http11 && !line.starts_with("HTTP/1.0 ")) return fail("not a response of HTTP/1.0 or 1.1");
  head.version = http11 ? Version::kHttp11 : Version::kHttp10;
  const std::string_view status = line.substr(9, 3);
  if (status.size() != 3 || !std::all_of(status.begin(), status.end(), is_digit))
    return fail("a bad status in the response");
  head.status = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
  if (head.status < 100 || head.status > 599) return fail("a status out of range");
  // Many services leave out the blank before an empty reason.
  if (line.size() == 12) return true;
  if (line[12] != ' ') return fail("a bad status in the response");
  head.reason = line.substr(13);
  const bool clean = std::none_of(head.reason.begin(), head.reason.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\t') || byte == 0x7f;
  });
  return clean || fail("a control byte in the reason of the response");
}

}  // namespace weir::http
