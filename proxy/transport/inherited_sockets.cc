#include "proxy/transport/inherited_sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace weir::transport {
namespace {

// By convention they follow the standard ones without a gap.
constexpr int kFirst = 3;
// More than a process may have open.
constexpr long kMost = 1L << 30;

long number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : std::strtol(text, nullptr, 10);
}

int option_of(int fd, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(fd, SOL_SOCKET, option, &value, &size);
  return value;
}

bool same(const SocketAddress& inherited, const SocketAddress& wanted) {
  return inherited == wanted ||
         (wanted == SocketAddress::from_numeric("::", wanted.port()) &&
          inherited == SocketAddress::from_numeric("0.0.0.0", wanted.port()));
}

}  // namespace

InheritedSockets InheritedSockets::from_environment() {
  InheritedSockets inherited;
  if (number_in("LISTEN_PID") != ::getpid()) return inherited;
  const long end = kFirst + std::min(number_in("LISTEN_FDS"), kMost);
  for (int fd = kFirst; fd < end && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0; ++fd) {
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    std::optional<SocketAddress> address;
    if (option_of(fd, SO_ACCEPTCONN) == 1 && option_of(fd, SO_TYPE) == SOCK_STREAM)
      address = local_address_of(fd);
    inherited.sockets_.push_back({Fd(fd), address});
  }
  return inherited;
}

Fd InheritedSockets::take(const SocketAddress& address) {
  const auto found = std::ranges::find_if(
      sockets_, [&](const Inherited& one) { return one.address && same(*one.address, address); });
  if (found == sockets_.end()) return {};
  Fd socket = std::move(found->socket);
  sockets_.erase(found);
  return socket;
}

std::string InheritedSockets::complaint() const {
  if (sockets_.empty()) return {};
  const auto& address = sockets_.front().address;
  if (!address) return "descriptor passed on by the supervisor: not a listening stream socket";
  return "the supervisor listens on " + address->text() +
         " for weir, but `listen` does not name that address; make the two the same";
}

}  // namespace weir::transport
