#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/config.h"
#include "config/load_config.h"
#include "limiters/permit_pool.h"
#include "limiters/regulator.h"
#include "proxy/client_bound.h"
#include "proxy/fleet.h"
#include "proxy/logs.h"
#include "proxy/loop/event_loop.h"
#include "proxy/loop/signal_watch.h"
#include "proxy/observe/history.h"
#include "proxy/observe/ledger.h"
#include "proxy/observe/metrics.h"
#include "proxy/observe/plain_server.h"
#include "proxy/observe/sources.h"
#include "proxy/service_notify.h"
#include "proxy/transport/inherited_sockets.h"
#include "proxy/transport/resolver.h"

// The process: builds every room on every loop, joins them, runs until it is told to end and
// drains; it knows no request.
namespace weir {

// The main loop carries signals, the regulator's tick, status and admin; the workers' loops carry
// traffic, so that nothing an operator asks for makes a request wait.
class Server {
 public:
  Server(config::Config config, config::Provenance provenance);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Exit code: 0 drained, 1 could not start, 2 stopped by a second signal, 3 the drain's time was
  // over.
  int run();

 private:
  void heed_host();
  void build_limiter();
  void build_fleet();
  void build_observers();
  void reach_backend();
  bool listen(std::string& error);
  std::string config_in_force() const;
  void say_what_was_chosen() const;

  void told_to_end();
  void drain();
  void worker_is_empty();
  void time_is_over();
  // Ends every open request where it stands.
  void cut(std::string_view why, int exit_code);
  void end();

  const config::Config config_;
  const config::Provenance provenance_;
  ClientBound client_bound_;
  int exit_code_ = 0;
  bool draining_ = false;
  bool told_to_end_ = false;
  size_t workers_left_ = 0;

  // Before anything else is opened: what is counted too many would be one of its own.
  transport::InheritedSockets inherited_ = transport::InheritedSockets::from_environment();

  // In the order in which they may know each other; destroyed the other way round.
  loop::EventLoop loop_;
  std::unique_ptr<Logs> logs_;
  observe::PartitionNames partitions_;
  std::vector<std::unique_ptr<observe::MetricsShard>> metric_shards_;
  std::vector<std::unique_ptr<observe::WorkerLedger>> ledgers_;
  std::unique_ptr<limiters::PermitPool> permits_;
  std::vector<std::unique_ptr<limiters::SamplerShard>> samples_;
  std::unique_ptr<WorkerPlan> worker_plan_;
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<limiters::Regulator> regulator_;
  std::unique_ptr<transport::Resolver> resolver_;
  std::unique_ptr<observe::Pulse> pulse_;
  std::unique_ptr<observe::Sources> sources_;
  std::unique_ptr<observe::History> history_;
  std::unique_ptr<observe::Metrics> metrics_;
  std::unique_ptr<observe::PlainServer> status_, admin_;
  std::vector<std::unique_ptr<loop::SignalWatch>> signals_;
  std::unique_ptr<ServiceWatchdog> watchdog_;
  limiters::Timeline::Timer deadline_;
};

}  // namespace weir
