#include "proxy/server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <utility>

#include "limiters/make_limiter.h"
#include "proxy/exchange/ending.h"
#include "proxy/file_limit.h"
#include "proxy/loop/real_clock.h"
#include "proxy/memory_limit.h"
#include "proxy/observe/log_lines.h"
#include "proxy/observe/status_server.h"
#include "proxy/settings.h"
#include "proxy/version.h"

namespace weir {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// How long an idle connection may wait for a last request in a drain: whoever sends one is answered
// with `Connection: close` instead of finding the connection gone.
constexpr auto kDrainIdle = seconds(1);
// For last answers to leave after what was open has been cut.
constexpr auto kAfterCut = milliseconds(500);

std::string hash_of(const std::string& text) {
  return fmt::format("{:016x}", std::hash<std::string>()(text));
}

}  // namespace

Server::Server(config::Config config, config::Provenance provenance)
    : config_(std::move(config)), provenance_(std::move(provenance)) {}

Server::~Server() {
  // What runs on the main loop goes inside a turn, so that what it buries is buried; the workers'
  // threads end with the fleet.
  {
    const loop::EventLoop::Turn turn(loop_);
    deadline_.cancel();
    watchdog_.reset();
    status_.reset();
    if (logs_) logs_->access_log_switch().forget();
    admin_.reset();
    history_.reset();
    pulse_.reset();
    resolver_.reset();
    fleet_.reset();
    regulator_.reset();
  }
  logs_.reset();
  // Last, or a further word would end it before its books are written.
  const loop::EventLoop::Turn turn(loop_);
  signals_.clear();
}

int Server::run() {
  // Before this nothing is begun that would have to be ended in order.
  loop::hold_signals({SIGTERM, SIGINT, SIGQUIT});
  logs_ = std::make_unique<Logs>(config_, loop_);
  std::string error;
  if (!logs_->access_log().open(error)) {
    observe::log_error(error);
    return 1;
  }
  heed_host();
  {
    const loop::EventLoop::Turn turn(loop_);
    build_limiter();
    build_fleet();
    build_observers();
    watchdog_ = std::make_unique<ServiceWatchdog>(loop_.timeline(),
                                                  [this] { return !pulse_->stuck().has_value(); });
    reach_backend();
    if (!listen(error)) {
      observe::log_error(error);
      return 1;
    }
    for (const int number : {SIGTERM, SIGINT, SIGQUIT})
      signals_.push_back(
          std::make_unique<loop::SignalWatch>(loop_, number, [this] { told_to_end(); }));
    // A terminal that goes may say so twice, and systemd beside SIGTERM: never a second word.
    if (!loop::is_ignored(SIGHUP))
      signals_.push_back(std::make_unique<loop::SignalWatch>(loop_, SIGHUP, [this] { drain(); }));
    // As nginx has it: whoever rotates the access log moves the file away and says so.
    signals_.push_back(std::make_unique<loop::SignalWatch>(
        loop_, SIGUSR1, [this] { logs_->access_log().reopen(); }));
  }
  say_what_was_chosen();
  notify_service("READY=1");
  loop_.run();
  return exit_code_;
}

// ---- building ----

void Server::heed_host() {
  client_bound_ =
      client_bound(config_, raise_file_limit(reserved_files(config_.workers)), read_memory_limit());
  if (client_bound_.warning) observe::log_warn(*client_bound_.warning);
}

void Server::build_limiter() {
  permits_ = std::make_unique<limiters::PermitPool>(
      config_.workers, limiters::first_limit(config_.limiter),
      limiters::first_max_waiting(queue_params(config_)), queue_params(config_).cells());
  std::vector<const limiters::SamplerShard*> shards;
  for (int i = 0; i < config_.workers; ++i) {
    samples_.push_back(std::make_unique<limiters::SamplerShard>(queue_params(config_).cells()));
    shards.push_back(samples_.back().get());
  }
  // The first tick comes later than the fleet.
  regulator_ = std::make_unique<limiters::Regulator>(config_.limiter, queue_params(config_),
                                                     *permits_, std::move(shards), loop_.timeline(),
                                                     [this](int gate) { fleet_->wake(gate); });
  regulator_->on_decision = [](const limiters::Decision& decision) {
    observe::log_debug(observe::line_of(decision));
  };
}

void Server::build_fleet() {
  worker_plan_ = std::make_unique<WorkerPlan>(
      WorkerPlan{.client = client_params(config_.client),
                 .backend = backend_params(config_.backend, config_.workers),
                 .exchange = exchange_params(config_),
                 .classifier = classifier(config_, loop::random_seed()),
                 .limiter = config_.limiter,
                 .queue = queue_params(config_),
                 .retry_after = config_.shed.retry_after,
                 .connect_timeout = config_.backend.connect_timeout});
  std::vector<limiters::SamplerShard*> samples;
  std::vector<exchange::Ledger*> ledgers;
  for (int i = 0; i < config_.workers; ++i) {
    samples.push_back(samples_[static_cast<size_t>(i)].get());
    metric_shards_.push_back(
        std::make_unique<observe::MetricsShard>(config_.backend.overload_statuses));
    ledgers_.push_back(std::make_unique<observe::WorkerLedger>(
        *metric_shards_.back(), logs_->access_log(), partitions_,
        [this](const exchange::ExchangeFacts& facts) {
          logs_->warn_seldom(observe::line_of(facts, config::to_string(config_.backend.address)));
        }));
    ledgers.push_back(ledgers_.back().get());
  }
  fleet_ = std::make_unique<Fleet>(
      Fleet::Plan{.worker = *worker_plan_,
                  .permits = *permits_,
                  .samples = std::move(samples),
                  .ledgers = std::move(ledgers),
                  .max_connections = client_bound_.connections,
                  .on_trouble = [](const std::string& text) { observe::log_warn(text); }});
}

void Server::build_observers() {
  std::vector<const observe::MetricsShard*> shards;
  std::vector<loop::EventLoop*> loops;
  std::vector<std::string> priorities;
  for (const config::PriorityConfig& each : config_.priorities) priorities.push_back(each.name);
  for (size_t i = 0; i < fleet_->size(); ++i) {
    shards.push_back(metric_shards_[i].get());
    loops.push_back(&fleet_->worker(i).loop());
  }
  pulse_ = std::make_unique<observe::Pulse>(loops, loop_.timeline());
  sources_ = std::make_unique<observe::Sources>(
      observe::Sources{.permits = *permits_,
                       .regulator = *regulator_,
                       .algorithm = std::string(limiters::word_of(config_.limiter.algorithm)),
                       .limiter = config_.limiter,
                       .priorities = std::move(priorities),
                       .partitions = partitions_,
                       .shards = std::move(shards),
                       .loops = std::move(loops),
                       .pulse = *pulse_,
                       .access_log = logs_->access_log(),
                       .clients = [this] { return fleet_->clients(); },
                       .backends = [this] { return fleet_->backend_connections(); },
                       .lagging_closed = [this] { return fleet_->lagging_connections_closed(); },
                       .accept_paused = [this] { return fleet_->accept_paused(); },
                       .version = std::string(kVersion),
                       .commit = std::string(kCommit),
                       .config_hash = hash_of(config_in_force())});
  history_ = std::make_unique<observe::History>(*sources_, loop_.timeline());
  metrics_ = std::make_unique<observe::Metrics>(*sources_, *history_);
  status_ = std::make_unique<observe::PlainServer>(
      loop_,
      observe::status_routes(*sources_, *metrics_, *history_, loop_.timeline(),
                             [this] { return draining_; }),
      observe::PlainServer::HostCheck::kAny);
  admin_ = std::make_unique<observe::PlainServer>(
      loop_,
      observe::admin_routes(*sources_, *history_, loop_.timeline(),
                            {.config_dump = [this] { return config_in_force(); },
                             .drain = [this] { drain(); },
                             .access_log = logs_->access_log_switch()}),
      observe::PlainServer::HostCheck::kLoopback);
}

void Server::reach_backend() {
  if (const auto address = numeric_address(config_.backend.address)) {
    fleet_->tell([address](Worker& worker) { worker.set_backend_addresses({*address}); });
    return;
  }
  resolver_ = std::make_unique<transport::Resolver>(
      loop_,
      transport::ResolverParams{.host = config_.backend.address.host,
                                .port = config_.backend.address.port,
                                .interval = config_.backend.resolve_interval,
                                .seed = loop::random_seed()},
      [this](const std::vector<transport::SocketAddress>& addresses) {
        std::vector<std::string> texts;
        for (const transport::SocketAddress& address : addresses) texts.push_back(address.text());
        observe::log_info(fmt::format("backend {} is at {}",
                                      config::to_string(config_.backend.address),
                                      fmt::join(texts, ", ")));
        fleet_->tell([addresses](Worker& worker) { worker.set_backend_addresses(addresses); });
      },
      [this](const std::string& text) {
        logs_->warn_seldom(text);
        fleet_->tell([text](Worker& worker) { worker.set_backend_failure(text); });
      });
}

bool Server::listen(std::string& error) {
  const auto numeric = [&error](std::string_view name, const config::Endpoint& endpoint) {
    const auto address = numeric_address(endpoint);
    if (!address)
      error = fmt::format("{}: {} is no address of this host", name, config::to_string(endpoint));
    return address;
  };
  std::vector<transport::SocketAddress> addresses;
  for (const config::ListenConfig& listen : config_.listen) {
    const auto address = numeric("listen", listen.address);
    if (!address) return false;
    addresses.push_back(*address);
  }
  const auto open = [&](observe::PlainServer& server, std::string_view name,
                        const std::optional<config::Endpoint>& endpoint) {
    if (!endpoint) return true;
    const auto address = numeric(name, *endpoint);
    return address && server.listen(*address, error);
  };
  return open(*status_, "status", config_.status.address) &&
         open(*admin_, "admin", config_.admin.address) &&
         fleet_->listen(addresses, std::move(inherited_), error);
}

std::string Server::config_in_force() const {
  config::Config config = config_;
  config::Provenance provenance = provenance_;
  if (const auto* change = logs_->access_log_switch().in_force()) {
    config.access_log.mode = static_cast<config::AccessLogMode>(change->mode);
    provenance["access_log.mode"] = {.source = "POST /access_log by " + change->by};
  }
  return config::print_config(config, provenance);
}

void Server::say_what_was_chosen() const {
  observe::log_info(fmt::format("weir {} ({})", kVersion, kCommit));
  for (const std::string& address : fleet_->listening_on())
    observe::log_info(fmt::format("listening on {}", address));
  observe::log_info(fmt::format("backend {}", config::to_string(config_.backend.address)));
  observe::log_info(fmt::format("limiter {}: limit {} at first, {} to {}{}", sources_->algorithm,
                                permits_->limit(), sources_->limit_min(), sources_->limit_max(),
                                config_.limiter.dry_run ? ", dry run: nothing is shed" : ""));
  if (config_.status.address)
    observe::log_info(fmt::format("status on {}", status_->local_address().text()));
  if (config_.admin.address)
    observe::log_info(fmt::format("admin on {}", admin_->local_address().text()));
  observe::log_info(fmt::format(
      "ready: {}, at most {} ({})", observe::counted(config_.workers, "worker"),
      observe::counted(client_bound_.connections, "client connection"), client_bound_.reason));
}

// ---- ending ----

// A drain asked for otherwise is no first word: whoever asks before he stops it wants it in peace.
void Server::told_to_end() {
  std::exchange(told_to_end_, true) ? cut("told to end a second time", 2) : drain();
}

void Server::drain() {
  if (std::exchange(draining_, true)) return;
  notify_service("STOPPING=1");
  observe::log_info(fmt::format("draining: what is open may take {} s to finish",
                                std::chrono::duration<double>(config_.drain).count()));
  workers_left_ = fleet_->size();
  deadline_ = loop_.timeline().after(config_.drain, [this] { time_is_over(); });
  const limiters::Duration idle = std::min<limiters::Duration>(kDrainIdle, config_.drain / 2);
  fleet_->drain(idle, [this] { loop_.post([this] { worker_is_empty(); }); });
}

void Server::worker_is_empty() {
  if (--workers_left_ == 0) end();
}

void Server::time_is_over() {
  const auto cut_it = [this] { cut("the drain's time is over", 3); };
  if (sources_->clients() > 0) return cut_it();
  // Nobody is served any more. The workers may only not have said so yet, or somebody is slow to
  // read his last bytes.
  deadline_ = loop_.timeline().after(kAfterCut, cut_it);
}

void Server::cut(std::string_view why, int exit_code) {
  if (exit_code_ != 0) return;
  exit_code_ = exit_code;
  observe::log_warn(
      fmt::format("{}: cutting {}", why, observe::counted(sources_->clients(), "connection")));
  fleet_->shut_down();
  deadline_ = loop_.timeline().after(kAfterCut, [this] { end(); });
}

void Server::end() {
  deadline_.cancel();
  const auto cut_short =
      static_cast<int64_t>(sources_->totals().ended(exchange::Ending::kShutdown));
  observe::log_info(exit_code_ == 0 ? "drained"
                                    : "ended: cut short " + observe::counted(cut_short, "request"));
  loop_.stop();
}

}  // namespace weir
