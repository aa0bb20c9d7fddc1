#include "proxy/service_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "proxy/transport/socket.h"

namespace weir {
namespace {

// 0 when it stands for no number.
int64_t number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  int64_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

// 0 when nobody wants to hear of this process.
limiters::Duration watchdog_interval() {
  const int64_t process = number_in("WATCHDOG_PID");
  if (process != 0 && process != ::getpid()) return limiters::Duration(0);
  const auto most =
      std::chrono::duration_cast<std::chrono::microseconds>(limiters::Duration::max());
  return std::min(std::chrono::microseconds(number_in("WATCHDOG_USEC")), most) / 3;
}

}  // namespace

void notify_service(std::string_view state) {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  // A leading @ stands for the abstract namespace.
  if (path[0] == '@') address.sun_path[0] = '\0';
  const transport::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return;
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address),
           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
}

ServiceWatchdog::ServiceWatchdog(limiters::Timeline& timeline, std::function<bool()> is_well)
    : timeline_(timeline), is_well_(std::move(is_well)), interval_(watchdog_interval()) {
  if (interval_ > limiters::Duration(0)) feed();
}

void ServiceWatchdog::feed() {
  timer_ = timeline_.after(interval_, [this] { feed(); });
  if (is_well_()) notify_service("WATCHDOG=1");
}

}  // namespace weir
