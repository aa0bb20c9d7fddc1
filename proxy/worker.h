#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "limiters/limiter.h"
#include "limiters/permit_pool.h"
#include "limiters/retry_after.h"
#include "limiters/sampler_shard.h"
#include "proxy/backend/backend_pool.h"
#include "proxy/client/client_connection.h"
#include "proxy/exchange/classifier.h"
#include "proxy/exchange/exchange.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/dialer.h"
#include "proxy/transport/socket.h"

// One loop with every room of the house on it, and the connections that were given to it; it does
// not know the other loops, nor where connections come from.
namespace weir {

// What all workers share, and what is each one's own but read by others; outlives the workers.
struct WorkerPlan {
  client::ClientParams client;
  backend::BackendParams backend;
  exchange::ExchangeParams exchange;
  exchange::Classifier classifier;
  limiters::LimiterParams limiter;
  limiters::QueueParams queue;
  limiters::RetryAfterParams retry_after;
  limiters::Duration connect_timeout;
};

class Worker final : private client::ClientConnectionOwner {
 public:
  struct Shared {
    const WorkerPlan& plan;
    limiters::PermitPool& permits;
    limiters::SamplerShard& samples;
    exchange::Ledger& ledger;
    std::function<void(int gate)> wake;  // another loop's gate; safe from any thread
    std::function<void()> on_fewer;      // a client connection has gone; from this worker's loop
    std::function<void(const std::string& text)> on_trouble;  // for people; from this worker's loop
  };

  // Lives on the thread of `loop`, which outlives it. `index` is its gate's number.
  Worker(int index, loop::EventLoop& loop, Shared shared, uint64_t seed);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  // From any thread.
  loop::EventLoop& loop() { return loop_; }
  int clients() const { return clients_.load(); }
  size_t backend_connections() const { return pool_.connections(); }
  uint64_t lagging_connections_closed() const { return pool_.lagging_closed(); }

  // Counts a client that is about to be given to accept().
  void expect_client() { clients_.fetch_add(1); }

  // From its own loop only.
  void accept(transport::Fd socket, const transport::SocketAddress& peer);
  void serve_waiters() { limiter_.serve(); }
  void set_backend_addresses(const std::vector<transport::SocketAddress>& addresses);
  void set_backend_failure(const std::string& text) { dialer_.set_failure(text); }
  // Every connection says goodbye with its next response; idle ones may wait for a last request
  // until `idle_for` has passed. `on_empty` runs once, when none is left.
  void drain(limiters::Duration idle_for, std::function<void()> on_empty);
  // Cuts what is still open.
  void shut_down();
  const limiters::Limiter& limiter() const { return limiter_; }

 private:
  // Connections go to the next address, if there is one.
  void pass_over_silent(const transport::SocketAddress& address);
  void on_over(client::ClientConnection& connection) override;
  void settle();

  loop::EventLoop& loop_;
  Shared shared_;
  limiters::Limiter limiter_;
  limiters::RetryAfter retry_after_;
  transport::Dialer dialer_;
  backend::BackendPool pool_;
  exchange::Rejections rejections_;
  exchange::Rooms rooms_;
  std::vector<std::unique_ptr<client::ClientConnection>> connections_;
  std::optional<limiters::TimePoint> drain_idle_until_;
  std::function<void()> on_empty_;
  limiters::Timeline::Timer drained_;
  // Raised by the door, lowered by this loop. Sequentially consistent with the door's paused flag:
  // of a door that closes and a client that leaves, one sees the other.
  std::atomic<int> clients_{0};
};

}  // namespace weir
