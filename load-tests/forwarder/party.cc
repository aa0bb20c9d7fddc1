#include "load-tests/forwarder/party.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

namespace weir::forwarder {

void send_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool is_full(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

bool watch_for(int epoll, Party::Side& side, uint32_t interest) {
  if (side.registered && interest == side.interest) return true;
  epoll_event event{};
  event.events = interest;
  event.data.ptr = &side;
  const int what = side.registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  side.interest = interest;
  side.registered = true;
  return ::epoll_ctl(epoll, what, side.socket.get(), &event) == 0;
}

bool send_unsent(Party::Side& side) {
  if (side.unsent.empty()) return true;
  const ssize_t sent =
      ::send(side.socket.get(), side.unsent.data(), side.unsent.size(), MSG_NOSIGNAL);
  if (is_full(sent)) return true;
  if (sent < 0) return false;
  side.unsent.erase(0, static_cast<size_t>(sent));
  // No memory is kept for a connection that needs none now.
  if (side.unsent.empty()) side.unsent = std::string();
  return true;
}

}  // namespace weir::forwarder
