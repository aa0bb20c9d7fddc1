#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limiters/timeline.h"
#include "proxy/http/message.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/listener.h"

// A small HTTP server for operators, on one loop: routes to functions; it does not know what they
// show or change.
namespace weir::observe {

struct PlainReply {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
  std::string allow = {};  // with 405: the methods that this path knows
  // Set: the reply comes later, by one call of what is handed to this, on the server's loop.
  // Whoever has gone by then does not get it.
  std::function<void(std::function<void(const PlainReply&)> deliver)> later = {};
};

struct Query {
  std::string_view text;       // behind the question mark
  std::string_view peer = {};  // who asks: "127.0.0.1:4711", or "unix"
  // The value of `name`; no percent decoding, since no value here needs it.
  std::optional<std::string_view> get(std::string_view name) const;
};

class PlainServer {
 public:
  struct Route {
    std::string method;  // GET also answers HEAD
    std::string path;
    std::function<PlainReply(const Query& query)> answer;
  };
  // kAny: whoever can reach the address. kLoopback: Host, and Origin where there is one, have to
  // name this host, so that no foreign page in a browser on it can ask here, under whatever name.
  enum class HostCheck : uint8_t { kAny, kLoopback };

  // When they are all taken, a newcomer has the place of the one that has not asked, or not read
  // its answer, for the longest, and nobody asks twice.
  static constexpr size_t kMostConnections = 64;

  // `loop` outlives it.
  PlainServer(loop::EventLoop& loop, std::vector<Route> routes, HostCheck host_check);
  PlainServer(const PlainServer&) = delete;
  PlainServer& operator=(const PlainServer&) = delete;
  ~PlainServer();

  // False when the system refuses; `error` then says where and why.
  bool listen(const transport::SocketAddress& address, std::string& error);
  const transport::SocketAddress& local_address() const { return listener_->local_address(); }

 private:
  class Connection;
  bool from_elsewhere(const http::RequestHead& head) const;
  PlainReply answer(const http::RequestHead& head, std::string_view peer) const;
  void deliver(uint64_t ticket, const PlainReply& reply);
  void over(Connection& connection);
  void make_room();
  bool crowded() const { return connections_.size() > kMostConnections; }

  loop::EventLoop& loop_;
  std::vector<Route> routes_;
  const HostCheck host_check_;
  std::unique_ptr<transport::Listener> listener_;
  std::vector<std::unique_ptr<Connection>> connections_;
  uint64_t tickets_ = 0;  // given out to those whose reply comes later
  limiters::Timeline::Timer make_room_;
};

}  // namespace weir::observe
