#include "proxy/http/head_check.h"

#include <array>
#include <cstdint>

#include "proxy/http/eight_bytes.h"
#include "proxy/http/sixteen_bytes.h"

namespace weir::http {
namespace {

using Failure = std::optional<ProtocolError>;

enum Class : uint8_t { kToken = 1, kValue = 2, kTarget = 4 };

constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (size_t c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    if (letter || digit || kMarks.find(static_cast<char>(c)) != std::string_view::npos)
      classes[c] |= kToken;
    if (c == '\t' || (c >= ' ' && c != 0x7f)) classes[c] |= kValue;
    // A fragment never leaves a client that knows what it does.
    if (c > ' ' && c < 0x7f && c != '#') classes[c] |= kTarget;
  }
  return classes;
}();

bool is(Class wanted, char c) { return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0; }

// The first place at or behind `at` whose byte is not of `wanted`; text.size() when there is none.
size_t end_of(Class wanted, std::string_view text, size_t at) {
  while (at < text.size() && is(wanted, text[at])) ++at;
  return at;
}

// Goes on to that place by as many bytes as `Bytes` holds; false when fewer than those are left
// before it.
template <typename Bytes, typename Suspects>
bool find_end_by(Class wanted, std::string_view text, size_t& at, Suspects suspects) {
  while (at + Bytes::kCount <= text.size()) {
    const auto marks = suspects(Bytes(text.data() + at));
    at += marks.before_first();
    if (!marks.any()) continue;
    if (!is(wanted, text[at])) return true;
    ++at;
  }
  return false;
}

// As end_of(), for what is mostly long: `suspects(SixteenBytes or EightBytes)` marks those that may
// not be of `wanted`.
template <typename Suspects>
size_t end_of_long(Class wanted, std::string_view text, size_t at, Suspects suspects) {
  if (find_end_by<SixteenBytes>(wanted, text, at, suspects)) return at;
  if (find_end_by<EightBytes>(wanted, text, at, suspects)) return at;
  return end_of(wanted, text, at);
}

size_t end_of_value(std::string_view text, size_t at) {
  return end_of_long(kValue, text, at,
                     [](auto bytes) { return bytes.below(' ') | bytes.equal(0x7f); });
}

size_t end_of_name(std::string_view text, size_t at) {
  return end_of_long(kToken, text, at, [](auto bytes) { return bytes.beside_names(); });
}

size_t end_of_target(std::string_view text, size_t at) {
  return end_of_long(kTarget, text, at, [](auto bytes) {
    return bytes.below(' ' + 1) | bytes.equal('#') | bytes.equal(0x7f) | bytes.above_ascii();
  });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

Failure bad(const char* reason, int status = 400) { return ProtocolError{status, reason}; }

Failure take_version(std::string_view text, RequestHead& head) {
  if (text == "HTTP/1.1") {
    head.version = Version::kHttp11;
  } else if (text == "HTTP/1.0") {
    head.version = Version::kHttp10;
  } else if (text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
             is_digit(text[7])) {
    return bad("a version other than HTTP/1.0 and 1.1", 505);
  } else {
    return bad("a malformed version in the request line");
  }
  return std::nullopt;
}

// `line` is without its CRLF.
Failure take_start_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const size_t method_end = end_of(kToken, line, 0);
  if (method_end == 0 || method_end == line.size() || line[method_end] != ' ')
    return bad("a malformed method in the request line");
  const size_t target = method_end + 1;
  const size_t target_end = end_of_target(line, target);
  if (target_end == target || target_end == line.size() || line[target_end] != ' ')
    return bad("a malformed target in the request line");
  if (target_end - target > limits.max_target_bytes)
    return bad("the request target is too long", 414);
  head.method = line.substr(0, method_end);
  head.target = line.substr(target, target_end - target);
  return take_version(line.substr(target_end + 1), head);
}

// Where the field that begins at `at` ends, behind its CRLF.
size_t take_field(std::string_view text, size_t at, Headers& headers, const char*& fault) {
  const size_t name_end = end_of_name(text, at);
  if (name_end == at) {
    fault = is_blank(text[at]) ? "a folded field" : "a field without a name";
    return at;
  }
  if (text[name_end] != ':') {
    fault = "a field name that is not followed by a colon";
    return at;
  }
  size_t value = name_end + 1;
  while (is_blank(text[value])) ++value;
  const size_t end = end_of_value(text, value);
  if (text[end] != '\r' || text[end + 1] != '\n') {
    fault = "a control byte in a field value";
    return at;
  }
  size_t value_end = end;
  while (value_end > value && is_blank(text[value_end - 1])) --value_end;
  const bool usual = value == name_end + 2 && text[name_end + 1] == ' ' && value_end == end;
  headers.add_held({text.data() + at, name_end - at}, {text.data() + value, value_end - value},
                   usual ? Headers::Shape::kInOnePiece : Headers::Shape::kAny);
  return end + 2;
}

}  // namespace

std::optional<ProtocolError> take_apart(std::string_view text, size_t fields,
                                        const HeadLimits& limits, RequestHead& head) {
  head.headers.hold(text, fields);
  const std::string_view held = head.headers.held();
  const size_t line_end = held.find('\n');
  if (Failure failure = take_start_line(held.substr(0, line_end - 1), limits, head)) return failure;
  if (const char* fault = take_held_fields(line_end + 1, head.headers)) return bad(fault);
  return std::nullopt;
}

const char* take_fields(std::string_view lines, size_t fields, Headers& headers) {
  headers.hold(lines, fields);
  return take_held_fields(0, headers);
}

const char* take_held_fields(size_t at, Headers& headers) {
  // Ends in CRLF on a line of its own, which stops every search below.
  const std::string_view held = headers.held();
  const char* fault = nullptr;
  while (at + 2 < held.size() && fault == nullptr) at = take_field(held, at, headers, fault);
  return fault;
}

}  // namespace weir::http
