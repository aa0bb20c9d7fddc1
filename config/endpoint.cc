#include "config/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace weir::config {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";
// sun_path holds 108 bytes, one of them the closing zero.
constexpr size_t kMaxSocketPath = 107;
constexpr size_t kMaxHostName = 253;
constexpr size_t kMaxLabel = 63;

using Result = std::variant<Endpoint, std::string>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool is_v4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_v6(const std::string& host) {
  in6_addr address{};
  const size_t zone = host.find('%');
  if (zone != std::string::npos) {
    const std::string_view name = std::string_view(host).substr(zone + 1);
    if (name.empty() || !std::all_of(name.begin(), name.end(),
                                     [](char c) { return is_name_char(c) || c == '.'; })) {
      return false;
    }
  }
  return inet_pton(AF_INET6, host.substr(0, zone).c_str(), &address) == 1;
}

bool is_host_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > kMaxHostName) return false;
  size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
    } else if (!is_name_char(c) || ++label > kMaxLabel) {
      return false;
    }
  }
  return label > 0;
}

// An address of digits and dots only is meant as IPv4 and never asked from DNS.
bool looks_like_v4(std::string_view host) {
  return std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

std::string expected(EndpointUse use) {
  return use == EndpointUse::kListen ? "expected host:port, [v6]:port, :port or unix:/path"
                                     : "expected host:port, [v6]:port or unix:/path";
}

std::optional<uint16_t> parse_port(std::string_view text, EndpointUse use) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port > 65535) return {};
  if (text.size() > 1 && text.front() == '0') return {};
  if (port == 0 && use == EndpointUse::kConnect) return {};
  return static_cast<uint16_t>(port);
}

Result parse_unix(std::string_view path, EndpointUse use) {
  if (path.empty()) return "has no path, " + expected(use);
  if (path.front() != '/') return std::string("has a relative path, expected unix:/path");
  if (path.size() > kMaxSocketPath) {
    return "has a path of " + std::to_string(path.size()) + " bytes, expected at most " +
           std::to_string(kMaxSocketPath);
  }
  return Endpoint{"", 0, std::string(path)};
}

// The part before the port; empty when all addresses are meant.
std::optional<std::string> complaint_about_host(const std::string& host, std::string_view port,
                                                EndpointUse use) {
  if (host.empty()) {
    if (use == EndpointUse::kListen) return {};
    return "has no host, " + expected(use) + "; did you mean \"127.0.0.1:" + std::string(port) +
           "\"?";
  }
  if (host == "*") {
    return "has no such host, " + expected(use) + "; did you mean \":" + std::string(port) + "\"?";
  }
  if (host.find(':') != std::string::npos) {
    return "has an IPv6 address without brackets, expected [v6]:port";
  }
  if (looks_like_v4(host) ? !is_v4(host) : !is_host_name(host)) {
    return "has no valid host, " + expected(use);
  }
  // A name may have many addresses, of other hosts too, and others tomorrow.
  if (use == EndpointUse::kListen && !looks_like_v4(host)) {
    return "has a name for a host, expected an address of this host" +
           (host == "localhost" ? "; did you mean \"127.0.0.1:" + std::string(port) + "\"?" : "");
  }
  return {};
}

Result parse_bracketed(std::string_view text, EndpointUse use) {
  const size_t close = text.find("]:");
  if (close == std::string_view::npos) return std::string("has no port, expected [v6]:port");
  const std::string host(text.substr(1, close - 1));
  if (!is_v6(host)) return std::string("has no valid IPv6 address, expected [v6]:port");
  const auto port = parse_port(text.substr(close + 2), use);
  if (!port) return std::string("has no valid port, expected 1 to 65535");
  return Endpoint{host, *port, ""};
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_v4(host));
}

bool is_v4_or_name(const std::string& host) { return host.find(':') == std::string::npos; }

// True when listening on `wide` takes the port on `host` as well.
bool covers(const std::string& wide, const std::string& host) {
  if (wide.empty() || wide == host) return true;
  if (wide == "0.0.0.0") return is_v4_or_name(host) && !host.empty();
  return wide == "::" && !is_v4_or_name(host);
}

}  // namespace

Result parse_endpoint(std::string_view text, EndpointUse use) {
  if (text.starts_with(kUnixPrefix)) return parse_unix(text.substr(kUnixPrefix.size()), use);
  if (text.find("://") != std::string_view::npos) {
    return "has a scheme, which is no part of an address, " + expected(use);
  }
  if (text.starts_with('/')) {
    return "has no port, " + expected(use) + "; did you mean \"unix:" + std::string(text) + "\"?";
  }
  if (text.starts_with('[')) return parse_bracketed(text, use);
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    const bool only_port = use == EndpointUse::kListen && parse_port(text, use).has_value();
    return "has no port, " + expected(use) +
           (only_port ? "; did you mean \":" + std::string(text) + "\"?" : "");
  }
  const std::string host(text.substr(0, colon));
  const std::string_view port_text = text.substr(colon + 1);
  const auto port = parse_port(port_text, use);
  if (!port && host.find(':') == std::string::npos) {
    return std::string("has no valid port, expected 1 to 65535");
  }
  if (auto complaint = complaint_about_host(host, port_text, use)) return *complaint;
  return Endpoint{host, *port, ""};
}

std::string to_string(const Endpoint& endpoint) {
  if (!endpoint.path.empty()) return std::string(kUnixPrefix) + endpoint.path;
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

bool stays_on_host(const Endpoint& endpoint) {
  return !endpoint.path.empty() || is_loopback(endpoint.host);
}

bool overlap(const Endpoint& one, const Endpoint& other) {
  if (!one.path.empty() || !other.path.empty()) return one.path == other.path;
  if (one.port == 0 || one.port != other.port) return false;
  return covers(one.host, other.host) || covers(other.host, one.host);
}

}  // namespace weir::config
