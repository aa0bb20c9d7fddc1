#pragma once

#include "proxy/buffer.h"
#include "proxy/loop/deadline.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/polled_socket.h"

// The last act of a connection whose owner has let go: writes what is left, says the end and waits
// a little for the peer's; it does not know whose connection it was.
namespace weir::transport {

// A peer that is still sending when its socket is closed is reset by the kernel, and then loses
// last bytes it has not read yet; so what it sends is read and dropped for a while.
class LingeringSocket final : public loop::EventLoop::Straggler,
                              private SocketEvents,
                              private loop::DeadlineEvents {
 public:
  static constexpr loop::Duration kWriteStall = std::chrono::seconds(30);
  static constexpr loop::Duration kLinger = std::chrono::seconds(2);
  static constexpr size_t kMostDropped = 256 * 1024;

  enum class PeerEnd : bool { kUnseen, kSeen };

  // Gives the socket to `loop`, which keeps it until it is done.
  static void keep(loop::EventLoop& loop, PolledSocket socket, Buffer unsent, PeerEnd peer_end);

  bool needs_time() const override;

 private:
  LingeringSocket(loop::EventLoop& loop, PolledSocket socket, Buffer unsent, PeerEnd peer_end);

  void begin();
  void on_ready(int what) override;
  void on_socket_error() override { over(); }
  void on_missed() override;
  void write();
  void read_and_drop();
  void settle();
  void over();

  loop::EventLoop& loop_;
  PolledSocket socket_;
  Buffer unsent_;
  loop::Deadline deadline_;
  size_t dropped_ = 0;
  PeerEnd peer_end_;
  bool end_sent_ = false;
  bool over_ = false;
};

}  // namespace weir::transport
