#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "load-tests/forwarder/party.h"
#include "proxy/transport/socket_address.h"

// The floor of what a proxy can cost here: one loop that accepts, connects and carries bytes, or
// answers by itself.
namespace weir::forwarder {

class Forwarder {
 public:
  // What becomes of a client: he is given a connection of his own to the backend, or these bytes
  // for each of his reads.
  using Outcome = std::variant<transport::SocketAddress, std::string>;

  // Null, with `error` set, when the system refuses.
  static std::unique_ptr<Forwarder> open(const transport::SocketAddress& listen, Outcome outcome,
                                         std::string& error);

  transport::SocketAddress address() const;
  // Until the system refuses; says why.
  std::string run();

 private:
  explicit Forwarder(Outcome outcome);
  bool listen_on(const transport::SocketAddress& address);
  bool accept_all();
  bool take(transport::Fd client);
  bool connect_for(transport::Fd client, const transport::SocketAddress& backend);
  void keep(std::unique_ptr<Party> party);

  Outcome outcome_;
  transport::Fd epoll_;
  transport::Fd listener_;
  std::vector<char> scratch_;
  std::unordered_map<Party*, std::unique_ptr<Party>> parties_;
  // Ended in this turn; events of the same turn may still name them.
  std::vector<std::unique_ptr<Party>> ended_;
};

}  // namespace weir::forwarder
