#include "load-tests/forwarder/refusal.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <utility>

namespace weir::forwarder {

Refusal::Refusal(int epoll, std::span<char> scratch, std::string_view answer, transport::Fd client)
    : epoll_(epoll), scratch_(scratch), answer_(answer) {
  client_.party = this;
  client_.socket = std::move(client);
  send_at_once(client_.socket.get());
  client_.read_ended = !watch_for(epoll_, client_, EPOLLIN);
}

bool Refusal::on_event(Side& side, uint32_t events) {
  if ((events & EPOLLERR) != 0 || side.read_ended) return false;
  if ((events & EPOLLOUT) != 0 && !send_unsent(side)) return false;
  if ((events & (EPOLLIN | EPOLLHUP)) != 0 && side.unsent.empty() && !answer()) return false;
  return watch_for(epoll_, side, side.unsent.empty() ? EPOLLIN : EPOLLOUT);
}

bool Refusal::answer() {
  const int fd = client_.socket.get();
  const ssize_t got = ::recv(fd, scratch_.data(), scratch_.size(), 0);
  if (is_full(got)) return true;
  if (got <= 0) return false;
  const ssize_t sent = ::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
  if (sent < 0 && !is_full(sent)) return false;
  client_.unsent.assign(answer_.substr(sent < 0 ? 0 : static_cast<size_t>(sent)));
  return true;
}

std::string refusal_of(size_t bytes) {
  const auto with_body = [](size_t body) {
    return fmt::format("HTTP/1.1 503 Service Unavailable\r\nContent-Length: {}\r\n\r\n{}", body,
                       std::string(body, '-'));
  };
  // The length's own digits are part of it, so that the longest body that fits is looked for.
  size_t body = 0;
  while (with_body(body + 1).size() <= bytes) ++body;
  return with_body(body);
}

}  // namespace weir::forwarder
