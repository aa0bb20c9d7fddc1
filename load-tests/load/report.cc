#include "load-tests/load/report.h"

#include <fmt/format.h>

#include "load-tests/pieces/quantities.h"

namespace weir::load {

namespace {

double milliseconds(Duration duration) { return limiters::to_seconds(duration) * 1e3; }

// "-" where nothing was measured.
std::string cell(const Histogram& latency, double share) {
  if (latency.count() == 0) return "-";
  return fmt::format("{:.1f}", milliseconds(share < 1 ? latency.quantile(share) : latency.max()));
}

template <typename... Cells>
std::string row(const Cells&... cells) {
  std::string line;
  ((line += fmt::format(" {:>9}", cells)), ...);
  return line + "\n";
}

std::string rate_cell(const Tally& tally, uint64_t requests) {
  return fmt::format("{:.1f}", tally.per_second(requests));
}

std::string tally_row(std::string_view name, const Tally& tally) {
  return fmt::format("{:<12}", name) +
         row(rate_cell(tally, tally.due), rate_cell(tally, tally.ok), rate_cell(tally, tally.good),
             rate_cell(tally, tally.shed), tally.failed, tally.errors, tally.timeouts,
             cell(tally.ok_latency, 0.5), cell(tally.ok_latency, 0.9), cell(tally.ok_latency, 0.99),
             cell(tally.ok_latency, 0.999), cell(tally.ok_latency, 1),
             cell(tally.shed_latency, 0.5), cell(tally.shed_latency, 0.99));
}

std::string heading(const Options& options) {
  const RunParams& run = options.run;
  const std::string how =
      run.closed > 0
          ? fmt::format("{} always open", run.closed)
          : fmt::format("{} arrivals, seed {}",
                        run.arrivals == Arrivals::kPoisson ? "poisson" : "constant", run.seed);
  return fmt::format("{}  {}, objective {}, timeout {}\n\n", options.target, how,
                     pieces::format_duration(run.objective), pieces::format_duration(run.timeout));
}

std::string phase_name(const Options& options, size_t phase) {
  const Phase& one = options.run.profile[phase];
  const std::string length = pieces::format_duration(one.length);
  if (options.run.closed > 0) return length;
  return fmt::format("{:g}/s {}", one.rate, length);
}

std::string own_figures(const RunResult& result, const Tally& total) {
  const uint64_t ended = total.ok + total.shed + total.failed + total.errors + total.timeouts;
  std::string text = fmt::format(
      "own lateness p99 {:.2f} ms, max {:.2f} ms; {} connections opened, {} requests waited for "
      "one; "
      "{:.1f} us of CPU per request\n",
      milliseconds(result.slip.quantile(0.99)), milliseconds(result.slip.max()),
      result.connections_opened, result.waited,
      ended == 0 ? 0 : limiters::to_seconds(result.cpu) * 1e6 / static_cast<double>(ended));
  if (total.retry_after.seen > 0)
    text += fmt::format("Retry-After on {} answers: min {} s, mean {:.1f} s, max {} s\n",
                        total.retry_after.seen, total.retry_after.least, total.retry_after.mean(),
                        total.retry_after.most);
  if (total.retries > 0) text += fmt::format("{} of those due were retries\n", total.retries);
  if (!result.first_error.empty()) text += fmt::format("first error: {}\n", result.first_error);
  if (result.interrupted) text += "interrupted before its end\n";
  return text;
}

}  // namespace

Tally total_of(const RunResult& result) {
  Tally total;
  for (const Tally& phase : result.phases) total.add(phase);
  return total;
}

std::string make_table(const Options& options, const RunResult& result) {
  std::string text = heading(options);
  text += fmt::format("{:<12}", "") + row("due/s", "ok/s", "goodput/s", "shed/s", "failed",
                                          "errors", "timeouts", "ok p50", "p90", "p99", "p99.9",
                                          "max ms", "shed p50", "p99 ms");
  if (result.phases.size() > 1)
    for (size_t i = 0; i < result.phases.size(); ++i)
      text += tally_row(phase_name(options, i), result.phases[i]);
  const Tally total = total_of(result);
  return text + tally_row("total", total) + "\n" + own_figures(result, total);
}

std::string make_progress_line(const Options& options, const Progress& progress) {
  const Duration length = length_of(options.run.profile);
  const Slice& last = progress.last_second;
  const std::string rate =
      options.run.closed > 0 ? "" : fmt::format("  {:g}/s asked", progress.rate);
  return fmt::format(
      "{:5.1f} of {:.0f} s{}  ok {}  in time {}  shed {}  failed {}  p99 {:.1f} ms  open {}",
      limiters::to_seconds(progress.since_start), limiters::to_seconds(length), rate, last.ok,
      last.good, last.shed, last.failed, milliseconds(last.p99), progress.open);
}

}  // namespace weir::load
