#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proxy/transport/socket.h"
#include "proxy/transport/socket_address.h"

// Sockets on which the supervisor listens already and which it has passed on (systemd's socket
// activation); it does not know what is said on them.
namespace weir::transport {

class InheritedSockets {
 public:
  InheritedSockets() = default;
  // Those that $LISTEN_FDS counts, when $LISTEN_PID is this process; to be called once, before
  // the process opens any. What is no listening stream socket is told by complaint().
  static InheritedSockets from_environment();

  // The one that listens at `address`; empty when none does. All addresses of IPv4 count as all
  // addresses where there is no IPv6.
  Fd take(const SocketAddress& address);
  // Why what is left of them is of no use; empty when none is.
  std::string complaint() const;

 private:
  struct Inherited {
    Fd socket;
    std::optional<SocketAddress> address;  // none: it does not listen
  };
  std::vector<Inherited> sockets_;
};

}  // namespace weir::transport
