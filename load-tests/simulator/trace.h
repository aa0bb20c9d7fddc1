#pragma once

#include <string>
#include <vector>

// What one run looked like over time, in equal steps; it knows neither who ran nor who looks.
namespace weir::simulator {

// One step's averages, rates and quantiles. Rates are per second, latencies in seconds; a latency
// is from arrival at the gate to the last byte, of requests that finished within the step, 0 when
// none did.
struct TraceStep {
  double at_seconds = 0;  // the step's end
  double limit = 0;
  double in_flight = 0;
  double waiting = 0;
  double offered_per_second = 0;
  double capacity_per_second = 0;  // what the service could have finished in this step
  double goodput_per_second = 0;   // finished well, and in time for their callers
  double shed_per_second = 0;
  double latency_p50_seconds = 0;
  double latency_p99_seconds = 0;
  std::string reason;  // of the limit's last change within the step, else empty
};

struct Trace {
  double step_seconds = 0;
  std::vector<TraceStep> steps;
};

}  // namespace weir::simulator
