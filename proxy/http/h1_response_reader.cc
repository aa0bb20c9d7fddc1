#include "proxy/http/h1_response_reader.h"

#include <llhttp.h>

#include <algorithm>

#include "proxy/http/head_check.h"
#include "proxy/http/plain_head.h"

#if LLHTTP_VERSION_MAJOR < 9 && LLHTTP_STRICT_MODE != 1
#error llhttp before version 9 has to be built in strict mode
#endif

namespace weir::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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
  const Step step = reader_.next(bytes, limits);
  if (step == Step::kFailed) fail(reader_.reason());
  if (step != Step::kHead) return step;
  const bool good = parse(reader_.head(), head);
  reader_.clear();
  return good ? Step::kHead : Step::kFailed;
}

bool H1ResponseReader::parse(std::string_view text, ResponseHead& head) {
  head = ResponseHead();
  head.headers.hold(text, reader_.fields());
  const std::string_view held = head.headers.held();
  const size_t line_end = held.find('\n');
  if (!parse_status_line(held.substr(0, line_end - 1), head)) return false;
  if (const char* fault = take_held_fields(line_end + 1, head.headers)) return fail(fault);
  return is_plain(head) || llhttp_agrees(text, head.status) || fail("a malformed response head");
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
