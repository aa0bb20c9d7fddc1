#include "proxy/transport/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <span>
#include <system_error>

namespace weir::transport {

namespace {

constexpr int kMostUnsentInKernel = 128 * 1024;
// A peer that vanished without a word is given up after two minutes. All that time bounds but
// tunnels: they may be silent for days, and one whose peer is gone would hold up a drain. What is
// sent and not acknowledged is left to the kernel's own patience, since TCP_USER_TIMEOUT would also
// cut off who is there and only does not read.
constexpr int kKeepAliveIdleSeconds = 60;
constexpr int kKeepAliveIntervalSeconds = 15;
constexpr int kKeepAliveProbes = 4;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}
constexpr size_t kMostPieces = 64;  // a MiB at a time

// How much of it the kernel was offered, and what it said.
struct Offer {
  size_t bytes;
  ssize_t written;
};

Offer offer_pieces(int fd, const Buffer& bytes) {
  std::array<std::span<const std::byte>, kMostPieces> pieces;
  std::array<iovec, kMostPieces> vectors;
  const size_t count = bytes.gather(pieces);
  size_t offered = 0;
  for (size_t i = 0; i < count; ++i) {
    // The kernel only reads from it; the type is shared with reading.
    vectors[i] = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
    offered += pieces[i].size();
  }
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  return {offered, ::sendmsg(fd, &message, MSG_NOSIGNAL)};
}

}  // namespace

Fd open_stream_socket(int family) {
  return Fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void tune_stream_socket(int fd, int family) {
  if (family == AF_UNIX) return;
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kMostUnsentInKernel);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepAliveProbes);
}

int write_front(int fd, Buffer& bytes) {
  while (!bytes.empty()) {
    const std::span<const std::byte> front = bytes.front();
    // Most messages are one piece, and that costs the kernel less than a vector of one.
    const bool whole = front.size() == bytes.size();
    const Offer offer =
        whole ? Offer{front.size(), ::send(fd, front.data(), front.size(), MSG_NOSIGNAL)}
              : offer_pieces(fd, bytes);
    if (offer.written < 0) {
      if (errno == EINTR) continue;
      return errno == EAGAIN ? 0 : errno;
    }
    bytes.drop_front(static_cast<size_t>(offer.written));
    if (static_cast<size_t>(offer.written) < offer.bytes) return 0;
  }
  return 0;
}

bool takes_more(int fd) {
  pollfd one{fd, POLLOUT, 0};
  return ::poll(&one, 1, 0) == 1 && (one.revents & POLLOUT) != 0;
}

void reset_when_closed(int fd) {
  const linger no_time{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &no_time, sizeof no_time);
}

int take_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

std::string error_word(int error) {
  std::string word = std::generic_category().message(error);
  if (!word.empty())
    word.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(word.front())));
  return word;
}

}  // namespace weir::transport
