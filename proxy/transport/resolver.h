#pragma once

#include <uv.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/socket_address.h"

// Keeps the addresses of one name fresh, off the loop; it does not know who connects to them.
namespace weir::transport {

struct ResolverParams {
  std::string host;  // a name, or a numeric address that needs no resolver
  uint16_t port = 0;
  loop::Duration interval = std::chrono::seconds(30);  // give or take a tenth
  // After a failure, as long as there has been no answer at all.
  loop::Duration first_retry = std::chrono::seconds(1);
  uint64_t seed = 0;
};

class Resolver {
 public:
  // In the system's order of preference, never empty. Told the first answer and every other set.
  using Changed = std::function<void(const std::vector<SocketAddress>& addresses)>;
  // Told at each failure; the last good answer stays.
  using Failed = std::function<void(const std::string& text)>;

  // Asks in the next turn, then at the interval. `loop` outlives it; a query in flight does not
  // keep it alive.
  Resolver(loop::EventLoop& loop, ResolverParams params, Changed on_changed, Failed on_failed);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

 private:
  // Outlives the resolver when it has to: uv owns it until it has called back.
  struct Query {
    uv_getaddrinfo_t request;
    Resolver* asker;
  };

  void ask();
  void answered(int status, const addrinfo* answer);
  void failed(int status);
  void publish(std::vector<SocketAddress> addresses);
  void ask_again_after(loop::Duration delay);

  loop::EventLoop& loop_;
  ResolverParams params_;
  Changed on_changed_;
  Failed on_failed_;
  std::minstd_rand random_;
  std::vector<SocketAddress> known_;  // sorted
  Query* query_ = nullptr;
  loop::Timeline::Timer timer_;
};

}  // namespace weir::transport
