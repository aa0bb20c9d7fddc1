#include "load-tests/forwarder/forwarder.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "load-tests/forwarder/link.h"
#include "load-tests/forwarder/refusal.h"

namespace weir::forwarder {

using transport::Fd;
using transport::SocketAddress;

namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to its somaxconn
constexpr size_t kScratchBytes = 64 * 1024;
constexpr size_t kMostEvents = 256;

}  // namespace

std::unique_ptr<Forwarder> Forwarder::open(const SocketAddress& listen, Outcome outcome,
                                           std::string& error) {
  std::unique_ptr<Forwarder> made(new Forwarder(std::move(outcome)));
  if (made->listen_on(listen)) return made;
  error = transport::error_word(errno);
  return nullptr;
}

Forwarder::Forwarder(Outcome outcome)
    : outcome_(std::move(outcome)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      scratch_(kScratchBytes) {}

bool Forwarder::listen_on(const SocketAddress& address) {
  listener_ = transport::open_stream_socket(address.family());
  if (!epoll_ || !listener_) return false;
  const int on = 1;
  if (!address.is_unix()) ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener_.get(), address.system(), address.system_size()) != 0) return false;
  if (::listen(listener_.get(), kBacklog) != 0) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  // No side: the listener.
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
      auto* side = static_cast<Party::Side*>(event.data.ptr);
      if (side == nullptr) {
        if (!accept_all()) return "accepting: " + transport::error_word(errno);
        continue;
      }
      Party* party = side->party;
      const auto found = parties_.find(party);
      if (found == parties_.end() || party->on_event(*side, event.events)) continue;
      ended_.push_back(std::move(found->second));
      parties_.erase(found);
    }
    ended_.clear();
  }
}

bool Forwarder::accept_all() {
  while (true) {
    Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) {
      if (!take(std::move(client))) return false;
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
    if (errno != ECONNABORTED && errno != EINTR) return false;
  }
}

bool Forwarder::take(Fd client) {
  if (const auto* backend = std::get_if<SocketAddress>(&outcome_))
    return connect_for(std::move(client), *backend);
  keep(std::make_unique<Refusal>(epoll_.get(), scratch_, std::get<std::string>(outcome_),
                                 std::move(client)));
  return true;
}

// False only when there are no descriptors left: a backend that refuses ends that client alone.
bool Forwarder::connect_for(Fd client, const SocketAddress& backend) {
  Fd socket = transport::open_stream_socket(backend.family());
  if (!socket) return false;
  const int result = ::connect(socket.get(), backend.system(), backend.system_size());
  if (result != 0 && errno != EINPROGRESS) return true;
  keep(std::make_unique<Link>(epoll_.get(), scratch_, std::move(client), std::move(socket)));
  return true;
}

void Forwarder::keep(std::unique_ptr<Party> party) {
  Party* key = party.get();
  parties_.emplace(key, std::move(party));
}

}  // namespace weir::forwarder
