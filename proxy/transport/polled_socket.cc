#include "proxy/transport/polled_socket.h"

#include <cassert>
#include <cerrno>

namespace weir::transport {

using loop::EventLoop;

PolledSocket::PolledSocket(PolledSocket&& other) noexcept
    : poll_(std::exchange(other.poll_, nullptr)),
      events_(std::exchange(other.events_, nullptr)),
      fd_(std::move(other.fd_)),
      armed_(std::exchange(other.armed_, 0)) {
  if (poll_ != nullptr) poll_->data = this;
}

PolledSocket& PolledSocket::operator=(PolledSocket&& other) noexcept {
  if (this != &other) {
    close();
    poll_ = std::exchange(other.poll_, nullptr);
    events_ = std::exchange(other.events_, nullptr);
    fd_ = std::move(other.fd_);
    armed_ = std::exchange(other.armed_, 0);
    if (poll_ != nullptr) poll_->data = this;
  }
  return *this;
}

bool PolledSocket::watch(EventLoop& loop, SocketEvents& events) {
  events_ = &events;
  if (poll_ != nullptr) return true;
  auto poll = std::make_unique<uv_poll_t>();
  const int result = uv_poll_init(loop.uv(), poll.get(), fd_.get());
  if (result != 0) {
    // Not even begun, so uv does not know the handle.
    errno = -result;
    return false;
  }
  poll_ = poll.release();
  poll_->data = this;
  return true;
}

void PolledSocket::arm(int what) {
  if (what == armed_ || poll_ == nullptr) return;
  armed_ = what;
  if (what == 0) {
    uv_poll_stop(poll_);
    return;
  }
  [[maybe_unused]] const int result =
      uv_poll_start(poll_, what, [](uv_poll_t* poll, int status, int ready) {
        const EventLoop::SocketTurn turn(EventLoop::of(poll->loop));
        // The turn may have ended another one, or run a timer, which may have closed this very
        // socket or told it to wait for something else.
        if (uv_is_closing(reinterpret_cast<uv_handle_t*>(poll)) != 0) return;
        auto& socket = *static_cast<PolledSocket*>(poll->data);
        if (status < 0) {
          // uv has stopped watching by itself.
          socket.armed_ = 0;
          return socket.events_->on_socket_error();
        }
        if ((ready & socket.armed_) != 0) socket.events_->on_ready(ready & socket.armed_);
      });
  assert(result == 0);
}

void PolledSocket::close() {
  armed_ = 0;
  // uv must forget the descriptor before its number can be given to another socket.
  if (poll_ != nullptr) {
    auto* handle = reinterpret_cast<uv_handle_t*>(std::exchange(poll_, nullptr));
    uv_close(handle, [](uv_handle_t* closed) { delete reinterpret_cast<uv_poll_t*>(closed); });
  }
  fd_.reset();
}

}  // namespace weir::transport
