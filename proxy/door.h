#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/listener.h"

// Takes in connections for all workers and stops taking when there are too many; it does not know
// what is said on them.
namespace weir {

class Worker;

// Lives on the first worker's loop and hands each connection to the worker that has the fewest. One
// door instead of one listener per loop: the bound on connections is exact, and nobody who waits in
// a backlog is reset when a loop ends.
class Door {
 public:
  // `workers` outlive it. `on_troubled` is told why accepting fails, from the door's loop.
  Door(std::vector<Worker*> workers, int max_connections,
       std::function<void(const std::string& text)> on_troubled);

  // On `inherited` when that is a socket, which then listens at `address` already. False when the
  // system refuses; `error` then says where and why.
  bool listen(const transport::SocketAddress& address, transport::Fd inherited, std::string& error);
  // The addresses in force, with real ports.
  std::vector<std::string> addresses() const;
  // A worker has lost connections: opens the door again when it was full.
  void look();
  // Takes in who waits in the backlog, then closes for good.
  void close();
  bool paused() const { return paused_.load(); }

 private:
  void admit(transport::Fd socket, const transport::SocketAddress& peer);
  int open_connections() const;

  std::vector<Worker*> workers_;
  const int max_connections_;
  std::function<void(const std::string& text)> on_troubled_;
  std::vector<std::unique_ptr<transport::Listener>> listeners_;
  std::atomic<bool> paused_{false};  // written by the door's loop, read by all
};

}  // namespace weir
