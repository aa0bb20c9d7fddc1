#include <nlohmann/json.hpp>

#include "load-tests/load/report.h"

namespace weir::load {

namespace {

using Json = nlohmann::ordered_json;

double milliseconds(Duration duration) { return limiters::to_seconds(duration) * 1e3; }

// null where nothing was measured.
Json latency_of(const Histogram& latency) {
  if (latency.count() == 0) return nullptr;
  return {{"mean", milliseconds(latency.mean())},
          {"p50", milliseconds(latency.quantile(0.5))},
          {"p90", milliseconds(latency.quantile(0.9))},
          {"p99", milliseconds(latency.quantile(0.99))},
          {"p999", milliseconds(latency.quantile(0.999))},
          {"max", milliseconds(latency.max())}};
}

Json retry_after_of(const RetryAfter& seen) {
  if (seen.seen == 0) return nullptr;
  return {{"seen", seen.seen}, {"min", seen.least}, {"mean", seen.mean()}, {"max", seen.most}};
}

Json tally_of(const Tally& tally) {
  return {{"seconds", limiters::to_seconds(tally.length)},
          {"due", tally.due},
          {"retries", tally.retries},
          {"ok", tally.ok},
          {"good", tally.good},
          {"shed", tally.shed},
          {"failed", tally.failed},
          {"errors", tally.errors},
          {"timeouts", tally.timeouts},
          {"due_per_second", tally.per_second(tally.due)},
          {"ok_per_second", tally.per_second(tally.ok)},
          {"goodput_per_second", tally.per_second(tally.good)},
          {"shed_per_second", tally.per_second(tally.shed)},
          {"ok_latency_ms", latency_of(tally.ok_latency)},
          {"shed_latency_ms", latency_of(tally.shed_latency)},
          {"retry_after_seconds", retry_after_of(tally.retry_after)}};
}

Json phases_of(const Options& options, const RunResult& result) {
  Json phases = Json::array();
  Duration from{};
  for (size_t i = 0; i < result.phases.size(); ++i) {
    const Phase& phase = options.run.profile[i];
    Json one = {{"from_seconds", limiters::to_seconds(from)}};
    if (options.run.closed == 0) one["rate"] = phase.rate;
    one.update(tally_of(result.phases[i]));
    phases.push_back(std::move(one));
    from += phase.length;
  }
  return phases;
}

Json series_of(const std::vector<Slice>& slices) {
  Json series = Json::array();
  for (size_t i = 0; i < slices.size(); ++i) {
    const Slice& slice = slices[i];
    const bool measured = slice.ok > 0;
    series.push_back({{"at_seconds", static_cast<double>(i) / 10},
                      {"due", slice.due},
                      {"ok", slice.ok},
                      {"good", slice.good},
                      {"shed", slice.shed},
                      {"failed", slice.failed},
                      {"in_flight", slice.in_flight},
                      {"p50_ms", measured ? Json(milliseconds(slice.p50)) : Json()},
                      {"p99_ms", measured ? Json(milliseconds(slice.p99)) : Json()}});
  }
  return series;
}

}  // namespace

std::string make_json(const Options& options, RunResult& result) {
  const RunParams& run = options.run;
  const Tally total = total_of(result);
  const uint64_t ended = total.ok + total.shed + total.failed + total.errors + total.timeouts;
  Json json = {
      {"target", options.target},
      {"arrivals", run.closed > 0                       ? "closed"
                   : run.arrivals == Arrivals::kPoisson ? "poisson"
                                                        : "constant"},
      {"seed", run.seed},
      {"slo_ms", milliseconds(run.objective)},
      {"timeout_ms", milliseconds(run.timeout)},
      {"warmup_seconds", limiters::to_seconds(run.warmup)},
      {"interrupted", result.interrupted},
      {"totals", tally_of(total)},
      {"phases", phases_of(options, result)},
      {"lateness_ms", latency_of(result.slip)},
      {"connections_opened", result.connections_opened},
      {"waited_for_connection", result.waited},
      {"cpu_us_per_request",
       ended == 0 ? 0 : limiters::to_seconds(result.cpu) * 1e6 / static_cast<double>(ended)},
      {"first_error", result.first_error}};
  if (options.series == ShowSeries::kYes) json["series"] = series_of(result.series.slices());
  return json.dump(2) + "\n";
}

}  // namespace weir::load
