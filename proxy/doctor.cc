#include "proxy/doctor.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "proxy/client_bound.h"
#include "proxy/file_limit.h"
#include "proxy/memory_limit.h"
#include "proxy/observe/log_lines.h"
#include "proxy/settings.h"
#include "proxy/transport/socket.h"

namespace weir {
namespace {

using transport::Fd;
using transport::SocketAddress;

// One report; remembers whether anything was wrong.
class Findings {
 public:
  explicit Findings(Console& console) : console_(console) {}
  void fine(std::string_view what, const std::string& text) {
    console_.say(fmt::format("ok       {:<14} {}\n", what, text));
  }
  void wrong(std::string_view what, const std::string& text, std::string_view hint) {
    all_fine_ = false;
    console_.say(
        fmt::format("problem  {:<14} {}\n         {:<14} hint: {}\n", what, text, "", hint));
  }
  bool all_fine() const { return all_fine_; }

 private:
  Console& console_;
  bool all_fine_ = true;
};

std::optional<std::string> first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  return line;
}

void check_files(const config::Config& config, Findings& findings) {
  const int reserved = reserved_files(config.workers);
  const FileLimit limit = read_file_limit(reserved);
  const int wanted = config.client.max_connections.value_or(0);
  const std::string text =
      fmt::format("limit {}: room for {}", limit.open_files,
                  observe::counted(limit.max_connections, "client connection"));
  if (wanted > limit.max_connections) {
    findings.wrong(
        "open files", text + fmt::format(", client.max_connections asks for {}", wanted),
        fmt::format("raise LimitNOFILE or `ulimit -Hn` to at least {}", wanted * 2 + reserved));
  } else if (wanted == 0 && limit.max_connections < kUsualConnections) {
    findings.wrong("open files", text, "raise LimitNOFILE or `ulimit -Hn`; 65536 is usual");
  } else {
    findings.fine("open files", text);
  }
}

void check_processors(const config::Config& config, Findings& findings) {
  double processors = std::thread::hardware_concurrency();
  std::string source = "processors of the host";
  // cgroup v2: "quota period" in microseconds, or "max period".
  if (const auto line = first_line("/sys/fs/cgroup/cpu.max"); line && !line->starts_with("max")) {
    double quota = 0;
    double period = 0;
    if (std::sscanf(line->c_str(), "%lf %lf", &quota, &period) == 2 && period > 0) {
      processors = quota / period;
      source = "processors by cgroup quota";
    }
  }
  const std::string text =
      fmt::format("{:.2g} {}, workers: {}", processors, source, config.workers);
  if (config.workers > processors) {
    findings.wrong("processors", text,
                   "more workers than processors only take turns; lower workers");
  } else {
    findings.fine("processors", text);
  }
}

void check_memory(const config::Config& config, Findings& findings) {
  const std::optional<int64_t> limit = read_memory_limit();
  if (!limit) return findings.fine("memory", "no cgroup limit");
  const int64_t mebibyte = 1 << 20;
  const int room = connections_within(*limit, config);
  const int wanted = config.client.max_connections.value_or(0);
  const std::string text =
      fmt::format("cgroup limit {} MiB: room for {}, {} KiB each", *limit / mebibyte,
                  observe::counted(room, "client connection"), bytes_of_connection(config) / 1024);
  if (*limit < 32 * mebibyte) {
    findings.wrong("memory", text, "give weir at least 32 MiB");
  } else if (wanted > room) {
    findings.wrong("memory", text + fmt::format(", client.max_connections asks for {}", wanted),
                   fmt::format("raise the limit to at least {} MiB, or lower the number",
                               memory_for(wanted, config) / mebibyte + 1));
  } else {
    findings.fine("memory", text);
  }
}

void check_backlog(Findings& findings) {
  const auto line = first_line("/proc/sys/net/core/somaxconn");
  if (!line) return;
  const long backlog = std::strtol(line->c_str(), nullptr, 10);
  const std::string text = fmt::format("net.core.somaxconn {}", backlog);
  if (backlog < 1024) {
    findings.wrong("backlog", text,
                   "sysctl -w net.core.somaxconn=4096, so that bursts of new "
                   "connections wait instead of being dropped");
  } else {
    findings.fine("backlog", text);
  }
}

// 0 when the address can be listened on, else the errno.
int try_listen(const SocketAddress& address) {
  const Fd socket = transport::open_stream_socket(address.family());
  if (!socket) return errno;
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), address.system(), address.system_size()) != 0 ||
      ::listen(socket.get(), 1) != 0)
    return errno;
  return 0;
}

std::string_view hint_for(int listen_error) {
  if (listen_error == EACCES) return "a port below 1024 needs CAP_NET_BIND_SERVICE";
  if (listen_error == EADDRINUSE)
    return "another program, or a weir that runs, listens there (ss -ltnp shows which)";
  if (listen_error == EADDRNOTAVAIL) return "no address of this host; :port is all of them";
  return "can this host listen there at all?";
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/') + 1); }

// 0 when files can be made and removed there, else the errno.
int try_folder(const std::string& folder) {
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

// As the listener itself will see it: it takes the place of a socket that nobody listens on.
void check_unix_listener(std::string_view key, const SocketAddress& address, Findings& findings) {
  const std::string text = address.text();
  struct stat found {};
  if (::lstat(address.path().c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode))
      return findings.wrong(key, text + ": a file stands there that is not a socket",
                            "move it away, or listen at another path");
    const Fd probe = transport::open_stream_socket(AF_UNIX);
    if (::connect(probe.get(), address.system(), address.system_size()) == 0 ||
        errno != ECONNREFUSED)
      return findings.wrong(key, text + ": another program listens there",
                            "ss -lxp shows which; end it, or listen at another path");
  }
  const int error = try_folder(folder_of(address.path()));
  if (error == 0) return findings.fine(key, text + " can be made");
  findings.wrong(key, fmt::format("{}: {}", text, transport::error_word(error)),
                 "the folder must exist and be writable for weir's user");
}

void check_listener(std::string_view key, const config::Endpoint& endpoint, Findings& findings) {
  const std::string text = config::to_string(endpoint);
  const auto address = numeric_address(endpoint);
  if (!address)
    return findings.wrong(key, text + " is not an address of this host",
                          "listen on an IP address, or on :port for all of them");
  if (address->is_unix()) return check_unix_listener(key, *address, findings);
  const int error = try_listen(*address);
  if (error == 0) return findings.fine(key, text + " is free");
  findings.wrong(key, fmt::format("{}: {}", text, transport::error_word(error)), hint_for(error));
}

// Whatever the mode, for it can be switched on at any time. Without opening it: to whom reads a
// pipe that would be the end of a writer.
void check_access_log(const config::AccessLogConfig& log, Findings& findings) {
  const std::string& path = log.path;
  if (path == "stdout" || path == "stderr") return;
  struct stat found {};
  int error = 0;
  if (::stat(path.c_str(), &found) != 0)
    error = errno == ENOENT ? try_folder(folder_of(path)) : errno;
  else if (S_ISDIR(found.st_mode))
    error = EISDIR;
  else if (S_ISSOCK(found.st_mode))
    error = ENXIO;
  else if (::access(path.c_str(), W_OK) != 0)
    error = errno;
  if (error == 0) return findings.fine("access_log", path + " can be written");
  findings.wrong("access_log", fmt::format("{}: {}", path, transport::error_word(error)),
                 "the file, or its folder, must exist and be writable for weir's user");
}

// Empty when somebody accepts there in time, else the system's word.
std::string try_connect(const SocketAddress& address, limiters::Duration timeout) {
  const Fd socket = transport::open_stream_socket(address.family());
  if (!socket) return transport::error_word(errno);
  if (::connect(socket.get(), address.system(), address.system_size()) == 0) return {};
  if (errno != EINPROGRESS) return transport::error_word(errno);
  pollfd waiting{socket.get(), POLLOUT, 0};
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  if (::poll(&waiting, 1, static_cast<int>(milliseconds)) == 0) return "no answer in time";
  const int error = transport::take_socket_error(socket.get());
  return error == 0 ? std::string() : transport::error_word(error);
}

void check_backend(const config::BackendConfig& backend, Findings& findings) {
  const std::string text = config::to_string(backend.address);
  std::vector<SocketAddress> addresses;
  if (const auto numeric = numeric_address(backend.address)) {
    addresses.push_back(*numeric);
  } else {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(backend.address.host.c_str(),
                                    std::to_string(backend.address.port).c_str(), &wanted, &found);
    if (error != 0)
      return findings.wrong("backend", fmt::format("{}: {}", text, ::gai_strerror(error)),
                            "does the name exist, and does /etc/resolv.conf lead to a resolver?");
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next)
      addresses.push_back(SocketAddress::from_system(each->ai_addr, each->ai_addrlen));
  }
  std::string error;
  for (const SocketAddress& address : addresses) {
    error = try_connect(address, backend.connect_timeout);
    if (error.empty())
      return findings.fine("backend", fmt::format("{} answers at {}", text, address.text()));
  }
  findings.wrong("backend", fmt::format("{}: {}", text, error),
                 "is the service running, and does it listen on that address?");
}

}  // namespace

bool check_host(const config::Config& config, Console& console) {
  Findings findings(console);
  check_files(config, findings);
  check_processors(config, findings);
  check_memory(config, findings);
  check_backlog(findings);
  for (const config::ListenConfig& listen : config.listen)
    check_listener("listen", listen.address, findings);
  if (config.status.address) check_listener("status", *config.status.address, findings);
  if (config.admin.address) check_listener("admin", *config.admin.address, findings);
  check_access_log(config.access_log, findings);
  check_backend(config.backend, findings);
  return findings.all_fine();
}

}  // namespace weir
