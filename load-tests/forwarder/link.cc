#include "load-tests/forwarder/link.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weir::forwarder {

Link::Link(int epoll, std::span<char> scratch, transport::Fd client, transport::Fd backend)
    : epoll_(epoll), scratch_(scratch) {
  sides_[0].socket = std::move(client);
  sides_[1].socket = std::move(backend);
  for (Side& side : sides_) {
    side.party = this;
    send_at_once(side.socket.get());
    watch(side);
  }
}

bool Link::on_event(Side& side, uint32_t events) {
  if ((events & EPOLLERR) != 0) return false;
  // While connecting the client is not listened to: what is heard of it is that it has left.
  if (!connected_ && (&side == &sides_[0] || !open())) return false;
  if ((events & EPOLLOUT) != 0 && !flush(side)) return false;
  Side& to = other(side);
  const bool may_read = (side.interest & EPOLLIN) != 0 && (events & (EPOLLIN | EPOLLHUP)) != 0;
  if (may_read && !carry(side, to)) return false;
  if (sides_[0].write_ended && sides_[1].write_ended) return false;
  return watch(side) && watch(to);
}

// The first event says how the connecting went.
bool Link::open() {
  connected_ = transport::take_socket_error(sides_[1].socket.get()) == 0;
  return connected_;
}

bool Link::flush(Side& side) {
  if (side.unsent.empty()) return true;
  return send_unsent(side) && end_if_drained(other(side), side);
}

// One read and one write; what is left in the kernel comes with the next event.
bool Link::carry(Side& from, Side& to) {
  const ssize_t got = ::recv(from.socket.get(), scratch_.data(), scratch_.size(), 0);
  if (is_full(got)) return true;
  if (got < 0) return false;
  from.read_ended = got == 0;
  if (from.read_ended) return end_if_drained(from, to);
  const auto size = static_cast<size_t>(got);
  const ssize_t sent = ::send(to.socket.get(), scratch_.data(), size, MSG_NOSIGNAL);
  if (sent < 0 && !is_full(sent)) return false;
  const size_t taken = sent < 0 ? 0 : static_cast<size_t>(sent);
  if (taken < size) to.unsent.assign(scratch_.data() + taken, size - taken);
  return true;
}

bool Link::end_if_drained(Side& from, Side& to) {
  if (!from.read_ended || !to.unsent.empty() || to.write_ended) return true;
  to.write_ended = true;
  return ::shutdown(to.socket.get(), SHUT_WR) == 0;
}

// A side is read only while the other one takes what comes. While connecting the backend's socket
// is watched alone.
bool Link::watch(Side& side) {
  Side& to = other(side);
  uint32_t interest = 0;
  if (connected_ && !side.read_ended && to.unsent.empty()) interest |= EPOLLIN;
  if (!side.unsent.empty() || (!connected_ && &side == &sides_[1])) interest |= EPOLLOUT;
  return watch_for(epoll_, side, interest);
}

}  // namespace weir::forwarder
