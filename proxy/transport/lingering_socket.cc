#include "proxy/transport/lingering_socket.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace weir::transport {

void LingeringSocket::keep(loop::EventLoop& loop, PolledSocket socket, Buffer unsent,
                           PeerEnd peer_end) {
  std::unique_ptr<LingeringSocket> made(
      new LingeringSocket(loop, std::move(socket), std::move(unsent), peer_end));
  LingeringSocket& lingering = *made;
  loop.keep(std::move(made));
  lingering.begin();
}

LingeringSocket::LingeringSocket(loop::EventLoop& loop, PolledSocket socket, Buffer unsent,
                                 PeerEnd peer_end)
    : loop_(loop),
      socket_(std::move(socket)),
      unsent_(std::move(unsent)),
      deadline_(loop.timeline(), *this),
      peer_end_(peer_end) {}

void LingeringSocket::begin() {
  if (!socket_.watch(loop_, *this)) return over();
  deadline_.set(loop_.timeline().now() + kWriteStall);
  settle();
}

// Not to wait for the end of a peer that is silent and has all; but one that talks would be reset,
// and then loses what is still on its way to it.
bool LingeringSocket::needs_time() const {
  if (!unsent_.empty() || dropped_ > 0) return true;
  int on_its_way = 0;
  if (::ioctl(socket_.fd(), SIOCOUTQ, &on_its_way) == 0 && on_its_way > 0) return true;
  std::byte first;
  return ::recv(socket_.fd(), &first, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

void LingeringSocket::on_ready(int what) {
  if ((what & UV_WRITABLE) != 0) write();
  if ((what & UV_READABLE) != 0 && !over_) read_and_drop();
  if (!over_) settle();
}

// What its peer has read in time a loop that was held up may not have heard yet.
void LingeringSocket::on_missed() {
  if (end_sent_ || !takes_more(socket_.fd())) return over();
  write();
  if (!over_) settle();
}

void LingeringSocket::write() {
  const size_t before = unsent_.size();
  if (write_front(socket_.fd(), unsent_) != 0) return over();
  if (unsent_.size() < before) deadline_.set(loop_.timeline().now() + kWriteStall);
}

void LingeringSocket::read_and_drop() {
  const ssize_t read =
      ::recv(socket_.fd(), loop_.scratch().data(), loop_.scratch().size(), MSG_DONTWAIT);
  if (read > 0) {
    dropped_ += static_cast<size_t>(read);
  } else if (read == 0) {
    peer_end_ = PeerEnd::kSeen;
  } else if (errno != EAGAIN && errno != EINTR) {
    over();
  }
}

void LingeringSocket::settle() {
  const bool all_read = peer_end_ == PeerEnd::kSeen || dropped_ >= kMostDropped;
  if (unsent_.empty() && !end_sent_) {
    end_sent_ = true;
    ::shutdown(socket_.fd(), SHUT_WR);
    deadline_.set(loop_.timeline().now() + kLinger);
  }
  if (end_sent_ && all_read) return over();
  socket_.arm((all_read ? 0 : UV_READABLE) | (end_sent_ ? 0 : UV_WRITABLE));
}

void LingeringSocket::over() {
  if (std::exchange(over_, true)) return;
  socket_.close();
  deadline_.set(loop::Deadline::kNever);
  loop_.let_go(*this);
}

}  // namespace weir::transport
