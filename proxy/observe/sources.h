#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "limiters/params.h"
#include "limiters/permit_pool.h"
#include "limiters/regulator.h"
#include "proxy/loop/event_loop.h"
#include "proxy/observe/access_log.h"
#include "proxy/observe/metrics_shard.h"
#include "proxy/observe/partition_names.h"
#include "proxy/observe/pulse.h"

// Where the figures come from; it does not know who shows them.
namespace weir::observe {

// Read from the main loop, whose regulator it is; of the workers only atomics are touched. All
// outlive whoever shows them.
struct Sources {
  limiters::PermitPool& permits;
  limiters::Regulator& regulator;
  std::string algorithm;
  limiters::LimiterParams limiter;      // as configured
  std::vector<std::string> priorities;  // their names, the most important first; none: one for all
  const PartitionNames& partitions;
  std::vector<const MetricsShard*> shards;
  std::vector<loop::EventLoop*> loops;
  const Pulse& pulse;
  const AccessLog& access_log;
  std::function<int()> clients;                         // open connections
  std::function<size_t()> backends = [] { return 0; };  // open connections to the service
  // of these, closed because they were answered later than the others, since ever
  std::function<uint64_t()> lagging_closed = [] { return 0; };
  std::function<bool()> accept_paused;
  std::string version, commit;
  std::string config_hash;

  MetricsShard::Totals totals() const {
    MetricsShard::Totals sum;
    for (const MetricsShard* shard : shards) sum.add(shard->read());
    return sum;
  }
  // The least and the most that the limit may be.
  int limit_min() const { return fixed() ? limiter.fixed.limit : limiter.min_limit; }
  int limit_max() const { return fixed() ? limiter.fixed.limit : limiter.max_limit; }
  bool fixed() const { return limiter.algorithm == limiters::Algorithm::kFixed; }
  struct Places {
    int limit, in_flight, held;
  };
  // Workers go on meanwhile: both numbers come of one count, and the limit is read last, so that
  // together they are beyond it only where that is so.
  Places places() const {
    const int taken = permits.in_flight();
    const int held = std::clamp(permits.held(), 0, taken);
    return {permits.limit(), taken - held, held};
  }
  // Of a priority, whatever its partitions' shares; and the rank of those within them.
  size_t rank_of(size_t priority) const { return priority * permits.ranks_of_each_priority(); }
  int waiting(size_t priority) const {
    int sum = 0;
    for (size_t rank = rank_of(priority); rank < rank_of(priority + 1); ++rank)
      sum += permits.all_waiting(rank);
    return sum;
  }
  // Of all, the least important, beyond its fair share where there are such: what is shed first.
  size_t last_rank() const { return rank_of(std::max<size_t>(1, priorities.size())) - 1; }
  // How many may wait now, whatever the queue would hold.
  int most_waiting(size_t rank) const {
    return std::min(permits.most_waiting(rank), permits.max_waiting());
  }
};

}  // namespace weir::observe
