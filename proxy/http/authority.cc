#include "proxy/http/authority.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "proxy/http/message.h"

namespace weir::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Unreserved and sub-delims of RFC 3986 but for the comma, at which lists are split.
constexpr std::array<bool, 256> kNameBytes = [] {
  std::array<bool, 256> bytes{};
  for (size_t c = 0; c < 256; ++c) {
    constexpr std::string_view kMarks = "-._~!$&'()*+;=";
    bytes[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(static_cast<char>(c)) != std::string_view::npos;
  }
  return bytes;
}();

size_t end_of_name_bytes(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && kNameBytes[static_cast<unsigned char>(text[end])]) ++end;
  return end;
}

bool is_name(std::string_view host) {
  if (host.empty()) return false;
  for (size_t i = 0; i < host.size(); ++i) {
    if (kNameBytes[static_cast<unsigned char>(host[i])]) continue;
    if (host[i] != '%' || i + 2 >= host.size() || !is_hex(host[i + 1]) || !is_hex(host[i + 2]))
      return false;
  }
  return true;
}

bool is_v6(std::string_view inside) {
  return inside.size() >= 2 && inside.size() <= 45 && inside.find(':') != std::string_view::npos &&
         std::ranges::all_of(inside, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

bool is_port(std::string_view port) {
  if (port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
  uint32_t number = 0;
  for (const char digit : port) number = number * 10 + static_cast<uint32_t>(digit - '0');
  return number <= 65535;
}

struct Parts {
  std::string_view host;
  std::string_view port;  // without its colon
};

Parts split(std::string_view text) {
  // The colons of an address stand within its brackets.
  const size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return {text, {}};
  const size_t colon = text.find(':', bracket);
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string_view port_beside(std::string_view port, std::string_view scheme) {
  const std::string_view usual = equal_ignoring_case(scheme, "https") ? "443" : "80";
  return port == usual ? std::string_view() : port;
}

}  // namespace

bool is_authority(std::string_view text) {
  // Nearly all are a name and perhaps a port, and each byte is looked at once.
  const size_t end = end_of_name_bytes(text);
  if (end == text.size()) return end > 0;
  if (end > 0 && text[end] == ':') return is_port(text.substr(end + 1));
  const Parts parts = split(text);
  if (!is_port(parts.port)) return false;
  if (parts.host.starts_with('['))
    return parts.host.ends_with(']') && is_v6(parts.host.substr(1, parts.host.size() - 2));
  return is_name(parts.host);
}

bool same_authority(std::string_view a, std::string_view b, std::string_view scheme) {
  const Parts first = split(a);
  const Parts second = split(b);
  return equal_ignoring_case(first.host, second.host) &&
         port_beside(first.port, scheme) == port_beside(second.port, scheme);
}

}  // namespace weir::http
