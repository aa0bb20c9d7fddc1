#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/socket_address.h"
#include "proxy/transport/transport.h"

// Makes connections to whichever of the known addresses answers; it does not know where the
// addresses come from nor what the connections are for.
namespace weir::transport {

class Dialer {
 public:
  // `loop` outlives the dialer and what it has dialled.
  Dialer(loop::EventLoop& loop, loop::Duration connect_timeout)
      : loop_(loop), connect_timeout_(connect_timeout), rotation_(std::make_shared<Rotation>()) {}

  void set_addresses(std::vector<SocketAddress> addresses);
  // Why there is no address; shown while there is none.
  void set_failure(std::string text) { failure_ = std::move(text); }
  const std::vector<SocketAddress>& addresses() const { return rotation_->addresses; }
  // Begins with the next address from now on; says which, when `address` was the one to begin with
  // and there is another.
  std::optional<SocketAddress> pass_over(const SocketAddress& address);

  // A transport that is not started yet. It tries the addresses in turn, beginning with the one
  // that answered last, and fails with kUnresolved when none is known.
  std::unique_ptr<Transport> dial();

 private:
  struct Rotation {
    bool pass_over(const SocketAddress& address);

    std::vector<SocketAddress> addresses;
    size_t first = 0;
  };

  loop::EventLoop& loop_;
  loop::Duration connect_timeout_;
  std::string failure_ = "name not known yet";
  std::shared_ptr<Rotation> rotation_;  // shared with what is connecting
};

}  // namespace weir::transport
