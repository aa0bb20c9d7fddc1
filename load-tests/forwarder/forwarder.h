#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "load-tests/forwarder/link.h"
#include "proxy/transport/socket_address.h"

// The floor of what a proxy can cost here: one loop that accepts, connects and carries bytes.
namespace weir::forwarder {

class Forwarder {
 public:
  // Null, with `error` set, when the system refuses.
  static std::unique_ptr<Forwarder> open(const transport::SocketAddress& listen,
                                         const transport::SocketAddress& backend,
                                         std::string& error);

  transport::SocketAddress address() const;
  // Until the system refuses; says why.
  std::string run();

 private:
  explicit Forwarder(const transport::SocketAddress& backend);
  bool listen_on(const transport::SocketAddress& address);
  bool accept_all();
  bool connect_for(transport::Fd client);

  transport::SocketAddress backend_;
  transport::Fd epoll_;
  transport::Fd listener_;
  std::vector<char> scratch_;
  std::unordered_map<Link*, std::unique_ptr<Link>> links_;
  // Ended in this turn; events of the same turn may still name them.
  std::vector<std::unique_ptr<Link>> ended_;
};

}  // namespace weir::forwarder
