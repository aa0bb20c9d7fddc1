#include "proxy/console.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "proxy/transport/socket.h"

namespace weir {
namespace {

// 0 or an errno.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

void fill_standard_descriptors() {
  // The system gives the lowest number that is free.
  int fd = STDIN_FILENO;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = ::open("/dev/null", O_RDWR);
  if (fd >= 0) ::close(fd);
}

void Console::say(std::string_view text) {
  if (error_ == 0) error_ = write_all(STDOUT_FILENO, text);
}

void Console::complain(std::string_view text) {
  [[maybe_unused]] const int lost = write_all(STDERR_FILENO, text);
}

int Console::exit_code(int code) {
  if (error_ == 0) return code;
  complain(
      fmt::format("weir: cannot write to standard output: {}\n", transport::error_word(error_)));
  return code == 0 ? 1 : code;
}

}  // namespace weir
