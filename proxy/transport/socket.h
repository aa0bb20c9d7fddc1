#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "proxy/buffer.h"

// A descriptor with an owner, and the few things done to sockets in more than one place.
namespace weir::transport {

// Move-only; an empty one holds -1. Closed by its destructor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = other.release();
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// A stream socket of that family, non-blocking and close-on-exec; empty, with errno set, when there
// is none.
Fd open_stream_socket(int family);
// No delay for small writes, no more than 128 KiB unsent in the kernel, so that a slow reader is
// noticed here, and an end, as by a timeout, when a silent peer has not answered the kernel for two
// minutes. Does nothing to Unix sockets, whose buffers are small and whose peers cannot vanish.
void tune_stream_socket(int fd, int family);
// Writes from the front of `bytes` until it is empty or the kernel is full. 0 or an errno.
[[nodiscard]] int write_front(int fd, Buffer& bytes);
// The kernel takes more now, or a connection that was begun stands or has failed.
bool takes_more(int fd);
// When this socket is closed its peer is reset, and what it has not been sent yet is dropped. Does
// nothing to Unix sockets.
void reset_when_closed(int fd);
// Takes the error that is pending on the socket; 0 when none is.
int take_socket_error(int fd);
// The system's word for an errno, e.g. "connection refused".
std::string error_word(int error);

}  // namespace weir::transport
