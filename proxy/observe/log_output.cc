#include "proxy/observe/log_output.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>

#include "proxy/loop/real_clock.h"

namespace weir::observe {
namespace {

// How often a waiting write looks whether it has been hurried.
constexpr auto kLook = std::chrono::milliseconds(50);

// The pipe may be another's too, so it cannot be made non-blocking; but what poll() calls room
// always holds this much.
size_t most_at_once(int fd) {
  struct stat status {};
  const bool is_file = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? std::numeric_limits<size_t>::max() : PIPE_BUF;
}

}  // namespace

LogOutput::LogOutput(int fd)
    : fd_(fd),
      most_at_once_(most_at_once(fd)),
      until_(std::numeric_limits<limiters::Duration::rep>::max()) {}

void LogOutput::hurry() {
  until_.store((loop::steady_now() + kFarewell).time_since_epoch().count(),
               std::memory_order_relaxed);
}

bool LogOutput::wait_for_room() const {
  while (loop::steady_now().time_since_epoch().count() < until_.load(std::memory_order_relaxed)) {
    pollfd room{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&room, 1, static_cast<int>(kLook.count())) > 0) return true;
  }
  return false;
}

int LogOutput::write(std::string_view& text) {
  while (!text.empty()) {
    if (!wait_for_room()) return ETIMEDOUT;
    const ssize_t written = ::write(fd_, text.data(), std::min(text.size(), most_at_once_));
    if (written > 0)
      text.remove_prefix(static_cast<size_t>(written));
    else if (written < 0 && errno != EINTR && errno != EAGAIN)
      return errno;
  }
  return 0;
}

}  // namespace weir::observe
