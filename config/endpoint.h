#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

// Where something listens or can be reached, as it is written in the configuration; it does not
// resolve names and knows no socket.
namespace weir::config {

// A TCP address, or a Unix socket when `path` is not empty.
struct Endpoint {
  std::string host;   // a name, an IPv4 or an IPv6 address without brackets; empty: all addresses
  uint16_t port = 0;  // 0 where it listens: any free port
  std::string path;   // absolute path of a Unix socket; host and port are not used then

  bool operator==(const Endpoint&) const = default;
};

enum class EndpointUse : uint8_t { kListen, kConnect };

// Reads `host:port`, `[v6]:port` and `unix:/path`; for kListen also `:port`, meaning all addresses,
// and port 0, but no name. Otherwise the answer is what is wrong and what is expected.
std::variant<Endpoint, std::string> parse_endpoint(std::string_view text, EndpointUse use);

// What parse_endpoint() reads.
std::string to_string(const Endpoint& endpoint);

// True for a Unix socket, for 127.0.0.0/8, ::1 and `localhost`: not reachable from another host.
bool stays_on_host(const Endpoint& endpoint);

// True when a listener on one would be in the way of a listener on the other, as far as the texts
// tell: the same Unix socket, or the same port on overlapping addresses. Port 0 never overlaps.
bool overlap(const Endpoint& one, const Endpoint& other);

}  // namespace weir::config
