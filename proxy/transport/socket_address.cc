#include "proxy/transport/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstring>

namespace weir::transport {

namespace {

constexpr size_t kPathOffset = offsetof(sockaddr_un, sun_path);

std::string numeric_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

}  // namespace

std::optional<SocketAddress> SocketAddress::from_numeric(std::string_view host, uint16_t port) {
  const std::string text(host);
  if (text.size() != std::strlen(text.c_str())) return std::nullopt;
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return from_system(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return from_system(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return std::nullopt;
}

std::optional<SocketAddress> SocketAddress::from_unix_path(std::string_view path) {
  sockaddr_un local{};
  // One byte is left for the closing NUL, which other programs rely on.
  if (path.empty() || path.size() >= sizeof local.sun_path || path.find('\0') != path.npos)
    return std::nullopt;
  local.sun_family = AF_UNIX;
  std::ranges::copy(path, local.sun_path);
  return from_system(reinterpret_cast<const sockaddr*>(&local),
                     static_cast<socklen_t>(kPathOffset + path.size() + 1));
}

SocketAddress SocketAddress::from_system(const sockaddr* address, socklen_t size) {
  SocketAddress made;
  assert(size <= sizeof made.storage_);
  std::memcpy(&made.storage_, address, size);
  made.size_ = size;
  return made;
}

SocketAddress SocketAddress::unnamed_unix() {
  SocketAddress made;
  made.storage_.ss_family = AF_UNIX;
  made.size_ = kPathOffset;
  return made;
}

uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
  if (family() == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
  return 0;
}

std::string SocketAddress::path() const {
  if (!is_unix() || size_ <= kPathOffset) return {};
  const std::string_view raw = bytes().substr(kPathOffset);
  return std::string(raw.substr(0, raw.find('\0')));
}

std::string SocketAddress::text() const {
  if (is_unix()) return "unix:" + path();
  const std::string host = host_text();
  const bool bare = host.find(':') == std::string::npos;
  return (bare ? host : "[" + host + "]") + ":" + std::to_string(port());
}

std::string SocketAddress::host_text() const {
  if (is_unix()) return "unix";
  if (family() == AF_INET)
    return numeric_text(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr);
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return numeric_text(AF_INET, &v6.s6_addr[12]);
  return numeric_text(AF_INET6, &v6);
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return bytes() == other.bytes();
}
bool SocketAddress::operator<(const SocketAddress& other) const { return bytes() < other.bytes(); }

SocketAddress local_address_of(int fd) {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
  return SocketAddress::from_system(reinterpret_cast<const sockaddr*>(&local), size);
}

}  // namespace weir::transport
