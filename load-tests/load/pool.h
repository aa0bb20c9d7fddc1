#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "load-tests/load/connection.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/socket_address.h"

// The connections to the target, opened as they are needed; it does not know what for.
namespace weir::load {

class Pool {
 public:
  // All outlive it.
  Pool(loop::EventLoop& loop, const transport::SocketAddress& target, size_t most,
       loop::Duration connect_timeout, const RequestText& request, Connection::Owner& owner);

  // A free connection: the one used last, or a new one; null when the most are open and busy.
  Connection* take();
  // It is free again.
  void give_back(Connection& connection) { idle_.push_back(&connection); }
  // It has gone; destroyed after this turn.
  void remove(Connection& connection);

  size_t open() const { return connections_.size(); }
  // Since the start.
  size_t opened() const { return opened_; }

 private:
  loop::EventLoop& loop_;
  transport::SocketAddress target_;
  size_t most_;
  loop::Duration connect_timeout_;
  const RequestText& request_;
  Connection::Owner& owner_;
  std::vector<Connection*> idle_;
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  size_t opened_ = 0;
};

}  // namespace weir::load
