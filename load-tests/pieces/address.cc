#include "load-tests/pieces/address.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/resource.h>

#include <memory>

#include "load-tests/pieces/quantities.h"

namespace weir::pieces {

using transport::SocketAddress;

namespace {

std::variant<SocketAddress, std::string> resolve(const std::string& host, uint16_t port) {
  if (const auto numeric = SocketAddress::from_numeric(host, port)) return *numeric;
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int result = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  if (result != 0) return fmt::format("cannot resolve \"{}\": {}", host, ::gai_strerror(result));
  // The tools speak to one address; IPv4 first, because a service on "localhost" mostly has it.
  const addrinfo* best = found;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    if (one->ai_family == AF_INET && best->ai_family != AF_INET) best = one;
  return SocketAddress::from_system(best->ai_addr, best->ai_addrlen);
}

}  // namespace

std::variant<SocketAddress, std::string> find_address(std::string_view text) {
  const auto wrong = [&] {
    return fmt::format("\"{}\" is not an address: expected host:port, [v6]:port or unix:/path",
                       text);
  };
  if (text.starts_with("unix:")) {
    const auto address = SocketAddress::from_unix_path(text.substr(5));
    if (address) return *address;
    return wrong();
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  const auto port = parse_count(text.substr(colon + 1));
  if (!port || *port > 65535) return wrong();
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong();
  }
  return resolve(host.empty() ? "::" : std::string(host), static_cast<uint16_t>(*port));
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace weir::pieces
