#include "proxy/http/head_check.h"

#include <array>
#include <cstdint>

#include "proxy/http/is_exactly.h"
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

// Where the first byte at or behind `at` stands that is not of `wanted`. `at` lies in a line of
// what headers hold, whose CRLF ends every search, being of no class.
const char* end_of(Class wanted, const char* at) {
  while (is(wanted, *at)) ++at;
  return at;
}

// The same for what is mostly long: `suspects(SixteenBytes)` marks those that may not be of
// `wanted`. Behind the last line there are sixteen bytes more to be looked at.
template <typename Suspects>
const char* end_of_long(Class wanted, const char* at, Suspects suspects) {
  for (;;) {
    const size_t clean = suspects(SixteenBytes(at)).before_first();
    at += clean;
    if (clean == SixteenBytes::kCount) continue;
    if (!is(wanted, *at)) return at;
    ++at;
  }
}

const char* end_of_value(const char* at) {
  return end_of_long(kValue, at,
                     [](SixteenBytes bytes) { return bytes.below(' ') | bytes.equal(0x7f); });
}

const char* end_of_name(const char* at) {
  return end_of_long(kToken, at, [](SixteenBytes bytes) { return bytes.beside_names(); });
}

const char* end_of_target(const char* at) {
  return end_of_long(kTarget, at, [](SixteenBytes bytes) {
    return bytes.below(' ' + 1) | bytes.equal('#') | bytes.equal(0x7f) | bytes.above_ascii();
  });
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

Failure bad(const char* reason, int status = 400) { return ProtocolError{status, reason}; }

Failure take_version(std::string_view text, RequestHead& head) {
  if (is_exactly(text, "HTTP/1.1")) {
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

// `line` is without its CRLF, and lies in what headers hold.
Failure take_start_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const char* const method_end = end_of(kToken, line.data());
  if (method_end == line.data() || *method_end != ' ')
    return bad("a malformed method in the request line");
  const char* const target = method_end + 1;
  const char* const target_end = end_of_target(target);
  if (target_end == target || *target_end != ' ')
    return bad("a malformed target in the request line");
  head.method = between(line.data(), method_end);
  head.target = between(target, target_end);
  if (head.target.size() > limits.max_target_bytes)
    return bad("the request target is too long", 414);
  return take_version(between(target_end + 1, line.data() + line.size()), head);
}

// Where the field that begins at `at` ends, behind its CRLF.
const char* take_field(const char* at, Headers& headers, const char*& fault) {
  const char* const name_end = end_of_name(at);
  if (name_end == at) {
    fault = is_blank(*at) ? "a folded field" : "a field without a name";
    return at;
  }
  if (*name_end != ':') {
    fault = "a field name that is not followed by a colon";
    return at;
  }
  const char* value = name_end + 1;
  while (is_blank(*value)) ++value;
  const char* const end = end_of_value(value);
  if (end[0] != '\r' || end[1] != '\n') {
    fault = "a control byte in a field value";
    return at;
  }
  const char* value_end = end;
  while (value_end > value && is_blank(value_end[-1])) --value_end;
  const bool usual = value == name_end + 2 && name_end[1] == ' ' && value_end == end;
  headers.add_held(between(at, name_end), between(value, value_end),
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
  // Ends in CRLF on a line of its own, so that none of the searches above leaves it.
  const std::string_view held = headers.held();
  const char* const blank_line = held.data() + held.size() - 2;
  const char* field = held.data() + at;
  const char* fault = nullptr;
  while (field < blank_line && fault == nullptr) field = take_field(field, headers, fault);
  return fault;
}

}  // namespace weir::http
