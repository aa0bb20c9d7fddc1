#pragma once

#include <functional>

#include "proxy/observe/access_log.h"
#include "proxy/observe/metrics_shard.h"
#include "proxy/observe/partition_names.h"

// Where every request of one worker ends up: counted, and written down when it is worth it; it does
// not know what is done with either.
namespace weir::observe {

class WorkerLedger final : public exchange::Ledger {
 public:
  // All outlive it. `on_failure` is told, on the worker's loop, of each request that failed for a
  // reason that lies behind weir.
  WorkerLedger(MetricsShard& shard, AccessLog& log, PartitionNames& partitions,
               std::function<void(const exchange::ExchangeFacts& facts)> on_failure)
      : shard_(shard),
        log_(log),
        partitions_(partitions),
        pen_(log.pen()),
        on_failure_(std::move(on_failure)) {}

  void record(const exchange::ExchangeFacts& facts) override;
  void asked(uint16_t partition, std::string_view name) override {
    partitions_.note(partition, name);
  }
  void placeless(exchange::Placeless as, int more) override { shard_.placeless(as, more); }

 private:
  MetricsShard& shard_;
  AccessLog& log_;
  PartitionNames& partitions_;
  AccessLog::Pen& pen_;
  std::function<void(const exchange::ExchangeFacts& facts)> on_failure_;
};

}  // namespace weir::observe
