#include "load-tests/forwarder/forwarder.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

namespace weir::forwarder {

using transport::Fd;
using transport::SocketAddress;

namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to its somaxconn
constexpr size_t kScratchBytes = 64 * 1024;
constexpr size_t kMostEvents = 256;

}  // namespace

std::unique_ptr<Forwarder> Forwarder::open(const SocketAddress& listen,
                                           const SocketAddress& backend, std::string& error) {
  std::unique_ptr<Forwarder> made(new Forwarder(backend));
  if (made->listen_on(listen)) return made;
  error = transport::error_word(errno);
  return nullptr;
}

Forwarder::Forwarder(const SocketAddress& backend)
    : backend_(backend), epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(kScratchBytes) {}

bool Forwarder::listen_on(const SocketAddress& address) {
  listener_ = transport::open_stream_socket(address.family());
  if (!epoll_ || !listener_) return false;
  const int on = 1;
  if (!address.is_unix()) ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener_.get(), address.system(), address.system_size()) != 0) return false;
  if (::listen(listener_.get(), kBacklog) != 0) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  // No link: the listener.
  event.data.ptr = nullptr;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) == 0;
}

SocketAddress Forwarder::address() const {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&local), &size);
  return SocketAddress::from_system(reinterpret_cast<const sockaddr*>(&local), size);
}

std::string Forwarder::run() {
  std::array<epoll_event, kMostEvents> events{};
  while (true) {
    const int count =
        ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) return "epoll: " + transport::error_word(errno);
    for (const epoll_event& event : std::span(events).first(count < 0 ? 0 : count)) {
      auto* side = static_cast<Link::Side*>(event.data.ptr);
      if (side == nullptr) {
        if (!accept_all()) return "accepting: " + transport::error_word(errno);
        continue;
      }
      Link* link = side->link;
      const auto found = links_.find(link);
      if (found == links_.end() || link->on_event(*side, event.events)) continue;
      ended_.push_back(std::move(found->second));
      links_.erase(found);
    }
    ended_.clear();
  }
}

bool Forwarder::accept_all() {
  while (true) {
    Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) {
      if (!connect_for(std::move(client))) return false;
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
    if (errno != ECONNABORTED && errno != EINTR) return false;
  }
}

// False only when there are no descriptors left: a backend that refuses ends that client alone.
bool Forwarder::connect_for(Fd client) {
  Fd backend = transport::open_stream_socket(backend_.family());
  if (!backend) return false;
  const int result = ::connect(backend.get(), backend_.system(), backend_.system_size());
  if (result != 0 && errno != EINPROGRESS) return true;
  auto link = std::make_unique<Link>(epoll_.get(), scratch_, std::move(client), std::move(backend));
  Link* key = link.get();
  links_.emplace(key, std::move(link));
  return true;
}

}  // namespace weir::forwarder
