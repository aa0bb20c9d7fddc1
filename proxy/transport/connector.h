#pragma once

#include <functional>
#include <vector>

#include "limiters/timeline.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/polled_socket.h"
#include "proxy/transport/socket_address.h"

// Connects to the first of several addresses that answers; it does not know what is sent there.
namespace weir::transport {

struct ConnectPlan {
  std::vector<SocketAddress> targets;  // in this order; at least one
  // For all together: each target may take an equal share of what is left.
  loop::Duration timeout;
  // May be empty. Told of each target that did not answer.
  std::function<void(const SocketAddress&)> on_target_failed;
};

class Connector final : private SocketEvents {
 public:
  // Comes once, never from inside the constructor. `error` is an errno, 0 with an open socket. The
  // connector may be destroyed inside.
  using Done = std::function<void(PolledSocket socket, int error)>;

  Connector(loop::EventLoop& loop, ConnectPlan plan, Done on_done);
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

 private:
  void on_ready(int what) override;
  void on_socket_error() override { on_ready(0); }

  const SocketAddress& target() const { return plan_.targets[current_]; }
  void attempt();
  void try_connect();
  void settle(int error);
  void done(int error);

  loop::EventLoop& loop_;
  ConnectPlan plan_;
  Done on_done_;
  size_t current_ = 0;
  loop::TimePoint deadline_;          // of all
  loop::TimePoint attempt_deadline_;  // of the present target
  PolledSocket socket_;
  loop::Timeline::Timer timer_;
};

}  // namespace weir::transport
