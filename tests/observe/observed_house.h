#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "limiters/make_limiter.h"
#include "proxy/observe/access_log_switch.h"
#include "proxy/observe/history.h"
#include "proxy/observe/metrics.h"

// Everything that weir shows, in virtual time, with one worker that a test lets record what it
// wants.
namespace weir::observe {

class ObservedHouse : public ::testing::Test {
 protected:
  // Virtual time goes on by that much.
  void pass(limiters::Duration time) { timeline.run_until(timeline.now() + time); }
  // The worker's loop gets round to what it was asked for.
  void turn() {
    loop.stop();
    loop.run();
  }
  void serve(int requests, limiters::Duration latency = std::chrono::milliseconds(15)) {
    for (int i = 0; i < requests; ++i)
      shard.record({.ending = exchange::Ending::kServed,
                    .version = "h1.1",
                    .status = 200,
                    .total = latency});
  }
  // The service says by itself that it is too much.
  void overload(int requests) {
    for (int i = 0; i < requests; ++i)
      shard.record({.ending = exchange::Ending::kServed,
                    .version = "h1.1",
                    .status = 503,
                    .backend = std::chrono::milliseconds(1)});
  }
  void shed(int requests) {
    for (int i = 0; i < requests; ++i)
      shard.record({.ending = exchange::Ending::kRejected,
                    .rejection = limiters::Rejection::kLimit,
                    .version = "h1.1",
                    .status = 503});
  }

  limiters::Timeline timeline{limiters::TimePoint(std::chrono::hours(1))};
  loop::EventLoop loop;
  limiters::PermitPool permits{1, 20, 10};
  limiters::SamplerShard samples;
  limiters::Regulator regulator{{}, {}, permits, {&samples}, timeline, [](int) {}};
  PartitionNames partitions;
  MetricsShard shard;
  AccessLog log{AccessLogMode::kOff, "stdout", [](const std::string&) {}};
  std::string why_log_stays_shut;  // empty: it opens
  bool log_opens_at_once = true;   // else when the test calls open_log
  AccessLogSwitch::Opened open_log;
  AccessLogSwitch log_switch{log, timeline, [this](const AccessLogSwitch::Opened& on_opened) {
                               open_log = on_opened;
                               if (log_opens_at_once) on_opened(why_log_stays_shut);
                             }};
  bool paused = false;
  Pulse pulse{{&loop}, timeline};
  Sources sources{.permits = permits,
                  .regulator = regulator,
                  .algorithm = "gradient",
                  .limiter = {.min_limit = 2, .max_limit = 30},
                  .partitions = partitions,
                  .shards = {&shard},
                  .loops = {&loop},
                  .pulse = pulse,
                  .access_log = log,
                  .clients = [] { return 7; },
                  .accept_paused = [this] { return paused; },
                  .version = "1.2.3",
                  .commit = "abc",
                  .config_hash = "f00d"};
  History history{sources, timeline};
  Metrics metrics{sources, history};
};

}  // namespace weir::observe
