#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "proxy/observe/history.h"
#include "proxy/observe/sources.h"

// All of weir's figures under their names; it does not know who scrapes them.
namespace weir::observe {

// Collected on the main loop from what the workers have counted: a scrape never stalls traffic.
class Metrics final : public prometheus::Collectable {
 public:
  // Both outlive it. Made when the process starts: process_start_time_seconds is when.
  Metrics(const Sources& sources, const History& history);

  std::vector<prometheus::MetricFamily> Collect() const override;
  // The text format that Prometheus scrapes.
  std::string text() const;

 private:
  const Sources& sources_;
  const History& history_;
  const double started_seconds_;  // since 1970
};

}  // namespace weir::observe
