#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Where a socket is: an IPv4 or IPv6 address with its port, or a path; it resolves no names.
namespace weir::transport {

class SocketAddress {
 public:
  // "192.0.2.1" or "::1", without brackets; empty when `host` is anything else.
  static std::optional<SocketAddress> from_numeric(std::string_view host, uint16_t port);
  // Empty when the path is empty, holds a NUL or is longer than the system allows (107 bytes).
  static std::optional<SocketAddress> from_unix_path(std::string_view path);
  // A copy of what the system gave.
  static SocketAddress from_system(const sockaddr* address, socklen_t size);
  // The peer of an accepted Unix socket: whatever name it may have chosen is its own business.
  static SocketAddress unnamed_unix();

  const sockaddr* system() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t system_size() const { return size_; }
  int family() const { return storage_.ss_family; }
  bool is_unix() const { return family() == AF_UNIX; }
  // 0 for a Unix socket.
  uint16_t port() const;
  // Empty unless it is a Unix socket with a path.
  std::string path() const;
  // "192.0.2.1:4711", "[::1]:80", "unix:/path" or "unix:"; an IPv4 address mapped into IPv6 is
  // written as IPv4.
  std::string text() const;
  // The same without the port and without brackets; "unix".
  std::string host_text() const;

  bool operator==(const SocketAddress& other) const;
  bool operator<(const SocketAddress& other) const;

 private:
  SocketAddress() = default;
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(&storage_), static_cast<size_t>(size_)};
  }

  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

// Where a socket is bound.
SocketAddress local_address_of(int fd);

}  // namespace weir::transport
