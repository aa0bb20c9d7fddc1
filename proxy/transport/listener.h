#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/polled_socket.h"
#include "proxy/transport/socket_address.h"

// Takes in connections at one address; it does not know what becomes of them.
namespace weir::transport {

class Listener final : private SocketEvents {
 public:
  // Non-blocking and close-on-exec. The listener may be paused inside, not destroyed.
  using Accepted = std::function<void(Fd socket, const SocketAddress& peer)>;
  // Accepting fails for want of descriptors or memory and is tried again in a while; told once
  // until it works again.
  using Troubled = std::function<void(const std::string& text)>;

  // Listens and accepts from the next turn on. Null when the system refuses; `error` then says at
  // which address and why. A stale Unix socket that nobody answers on is replaced, nothing else is.
  // `loop` outlives the listener.
  static std::unique_ptr<Listener> open(loop::EventLoop& loop, const SocketAddress& address,
                                        Accepted on_accepted, Troubled on_troubled,
                                        std::string& error);
  // The same on a socket that listens already and belongs to somebody else too: who waits in its
  // backlog outlives the listener, and so does the path of a Unix socket.
  static std::unique_ptr<Listener> adopt(loop::EventLoop& loop, Fd socket, Accepted on_accepted,
                                         Troubled on_troubled, std::string& error);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  // Closes the door; the path of a Unix socket is removed when it is still ours.
  ~Listener();

  // While paused, who comes waits in the kernel's backlog.
  void pause();
  void resume();
  bool paused() const { return paused_; }
  // Takes in who is waiting in the kernel's backlog, paused or not: closing the door would reset
  // them. May be called from outside its events only.
  void accept_waiting();
  // With the real port when 0 was asked for.
  const SocketAddress& local_address() const { return local_address_; }

 private:
  Listener(loop::EventLoop& loop, Fd socket, const SocketAddress& local_address,
           Accepted on_accepted, Troubled on_troubled);
  static std::unique_ptr<Listener> start(loop::EventLoop& loop, Fd socket, Accepted on_accepted,
                                         Troubled on_troubled);

  // Of a Unix socket: its path is ours to remove.
  void remember_file();
  void on_ready(int what) override;
  void on_socket_error() override;
  bool accept_one();
  void back_off(int error);
  void arm();

  loop::EventLoop& loop_;
  PolledSocket socket_;
  SocketAddress local_address_;
  Accepted on_accepted_;
  Troubled on_troubled_;
  loop::Timeline::Timer retry_;
  bool paused_ = false;
  bool troubled_ = false;
  dev_t device_ = 0;  // of the socket file
  ino_t inode_ = 0;
};

}  // namespace weir::transport
