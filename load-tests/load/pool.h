#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>

#include "load-tests/load/connection.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/socket_address.h"

// The connections to the target, opened as they are needed; it does not know what for.
namespace weir::load {

// Who carries the next request: who carried the last that ended, so that no more are opened than
// are needed at once, or who has not for the longest time, once the most are open.
enum class Turns : uint8_t { kLastFirst, kSpread };

class Pool {
 public:
  // All outlive it.
  Pool(loop::EventLoop& loop, const transport::SocketAddress& target, size_t most, Turns turns,
       loop::Duration connect_timeout, const RequestText& request, Connection::Owner& owner);

  // A free connection, or a new one; null when the most are open and busy.
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
  Turns turns_;
  loop::Duration connect_timeout_;
  const RequestText& request_;
  Connection::Owner& owner_;
  std::deque<Connection*> idle_;  // the one used last behind
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  size_t opened_ = 0;
};

}  // namespace weir::load
