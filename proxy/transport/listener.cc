#include "proxy/transport/listener.h"

#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weir::transport {

namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to its somaxconn
constexpr int kMostPerEvent = 16;
constexpr loop::Duration kRetryAfter = std::chrono::milliseconds(100);

bool is_any_v6(const SocketAddress& address) {
  return address.family() == AF_INET6 &&
         IN6_IS_ADDR_UNSPECIFIED(
             &reinterpret_cast<const sockaddr_in6*>(address.system())->sin6_addr);
}

// What stands at the path of a Unix socket that could not be bound: empty when it has been removed.
std::string clear_stale_path(const SocketAddress& address) {
  const std::string path = address.path();
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return error_word(errno);
  if (!S_ISSOCK(found.st_mode)) return "a file stands there that is not a socket";
  const Fd probe = open_stream_socket(AF_UNIX);
  if (!probe) return error_word(errno);
  if (::connect(probe.get(), address.system(), address.system_size()) == 0 || errno != ECONNREFUSED)
    return "another program listens there";
  if (::unlink(path.c_str()) != 0) return "stale socket: " + error_word(errno);
  return {};
}

// Empty, with `error` and errno set, when the system refuses.
Fd bound_socket(const SocketAddress& address, std::string& error) {
  Fd socket = open_stream_socket(address.family());
  const auto bind = [&] {
    return ::bind(socket.get(), address.system(), address.system_size()) == 0;
  };
  error.clear();
  if (socket) {
    const int on = 1;
    const int off = 0;
    if (!address.is_unix()) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.family() == AF_INET6)
      ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind()) return socket;
    if (errno == EADDRINUSE && address.is_unix()) {
      error = clear_stale_path(address);
      if (error.empty() && bind()) return socket;
    }
  }
  const int why = errno;
  if (error.empty()) error = error_word(why);
  socket.reset();
  errno = why;
  return socket;
}

}  // namespace

std::unique_ptr<Listener> Listener::open(loop::EventLoop& loop, const SocketAddress& address,
                                         Accepted on_accepted, Troubled on_troubled,
                                         std::string& error) {
  Fd socket = bound_socket(address, error);
  // A machine without IPv6 still has all of its IPv4 addresses.
  if (!socket && is_any_v6(address) && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
    socket = bound_socket(*SocketAddress::from_numeric("0.0.0.0", address.port()), error);
  if (socket) {
    auto listener = start(loop, std::move(socket), std::move(on_accepted), std::move(on_troubled));
    if (listener) {
      listener->remember_file();
      return listener;
    }
    error = error_word(errno);
  }
  error = "cannot listen on " + address.text() + ": " + error;
  return nullptr;
}

std::unique_ptr<Listener> Listener::adopt(loop::EventLoop& loop, Fd socket, Accepted on_accepted,
                                          Troubled on_troubled, std::string& error) {
  const std::string address = local_address_of(socket.get()).text();
  auto listener = start(loop, std::move(socket), std::move(on_accepted), std::move(on_troubled));
  if (!listener) error = "cannot listen on " + address + ": " + error_word(errno);
  return listener;
}

// Null, with errno set, when the system refuses.
std::unique_ptr<Listener> Listener::start(loop::EventLoop& loop, Fd socket, Accepted on_accepted,
                                          Troubled on_troubled) {
  const SocketAddress local = local_address_of(socket.get());
  // Whoever is accepted inherits it, which spares six calls for each.
  tune_stream_socket(socket.get(), local.family());
  if (::listen(socket.get(), kBacklog) != 0) return nullptr;
  std::unique_ptr<Listener> listener(
      new Listener(loop, std::move(socket), local, std::move(on_accepted), std::move(on_troubled)));
  if (!listener->socket_.watch(loop, *listener)) return nullptr;
  listener->arm();
  return listener;
}

Listener::Listener(loop::EventLoop& loop, Fd socket, const SocketAddress& local_address,
                   Accepted on_accepted, Troubled on_troubled)
    : loop_(loop),
      socket_(std::move(socket)),
      local_address_(local_address),
      on_accepted_(std::move(on_accepted)),
      on_troubled_(std::move(on_troubled)) {}

void Listener::remember_file() {
  struct stat file {};
  if (local_address_.is_unix() && ::stat(local_address_.path().c_str(), &file) == 0) {
    device_ = file.st_dev;
    inode_ = file.st_ino;
  }
}

Listener::~Listener() {
  if (inode_ == 0) return;
  // Another listener may have taken the path over meanwhile.
  const std::string path = local_address_.path();
  struct stat file {};
  if (::stat(path.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_)
    ::unlink(path.c_str());
}

void Listener::pause() {
  paused_ = true;
  arm();
}

void Listener::resume() {
  paused_ = false;
  arm();
}

void Listener::accept_waiting() {
  for (int i = 0; i < kBacklog && accept_one(); ++i) {
  }
}

void Listener::arm() { socket_.arm(paused_ || retry_.pending() ? 0 : UV_READABLE); }

void Listener::on_ready(int) {
  for (int i = 0; i < kMostPerEvent && !paused_; ++i)
    if (!accept_one()) return;
}

void Listener::on_socket_error() { back_off(take_socket_error(socket_.fd())); }

// False when there is nothing more to accept for now.
bool Listener::accept_one() {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  Fd socket(::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&peer), &size,
                      SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    troubled_ = false;
    on_accepted_(std::move(socket),
                 local_address_.is_unix()
                     ? SocketAddress::unnamed_unix()
                     : SocketAddress::from_system(reinterpret_cast<const sockaddr*>(&peer), size));
    return true;
  }
  switch (errno) {
    case EAGAIN:
      return false;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case ENOBUFS:
    case EBADF:
    case EINVAL:
      back_off(errno);
      return false;
    default:
      // What went wrong with one connection before it was accepted says nothing about the next.
      return true;
  }
}

void Listener::back_off(int error) {
  retry_ = loop_.timeline().after(kRetryAfter, [this] { arm(); });
  arm();
  if (!std::exchange(troubled_, true) && on_troubled_)
    on_troubled_("cannot accept on " + local_address_.text() + ": " + error_word(error));
}

}  // namespace weir::transport
