#pragma once

#include <uv.h>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/socket.h"

// A non-blocking socket of ours and what the loop reports of it; it neither reads nor writes.
namespace weir::transport {

// Called inside a turn, as long as the condition lasts. The socket may be closed, moved or
// destroyed inside.
class SocketEvents {
 public:
  // Bits of uv_poll_event, of those armed.
  virtual void on_ready(int what) = 0;
  // The socket has a pending error; nothing is armed any more.
  virtual void on_socket_error() = 0;

 protected:
  ~SocketEvents() = default;
};

// Move-only. The descriptor is closed by close() or the destructor; the memory of the uv handle
// lives on until uv lets go of it.
class PolledSocket {
 public:
  PolledSocket() = default;
  explicit PolledSocket(Fd fd) : fd_(std::move(fd)) {}
  PolledSocket(PolledSocket&& other) noexcept;
  PolledSocket& operator=(PolledSocket&& other) noexcept;
  ~PolledSocket() { close(); }

  // Begins to report to `events`, which outlives it or is changed before; also changes who is told.
  // False, with errno set, when the system cannot watch the descriptor.
  [[nodiscard]] bool watch(loop::EventLoop& loop, SocketEvents& events);
  // `what` is a set of uv_poll_event; an empty one is told nothing at all. Each change costs system
  // calls.
  void arm(int what);
  int armed() const { return armed_; }
  int fd() const { return fd_.get(); }
  void close();

 private:
  uv_poll_t* poll_ = nullptr;
  SocketEvents* events_ = nullptr;
  Fd fd_;
  int armed_ = 0;
};

}  // namespace weir::transport
