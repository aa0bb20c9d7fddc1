#include "proxy/observe/metrics.h"

#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <sstream>
#include <utility>

#include "limiters/limiter.h"
#include "proxy/exchange/ending.h"
#include "proxy/loop/real_clock.h"

namespace weir::observe {
namespace {

using limiters::to_seconds;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<std::pair<std::string, std::string>>;

// Builds the list of families, one after the other.
class Families {
 public:
  void begin(const char* name, MetricType type, const char* help) {
    families_.push_back({name, help, type, {}});
  }
  void value(double value, const Labels& labels = {}) {
    ClientMetric& metric = add(labels);
    (families_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
        value;
  }
  void one(const char* name, MetricType type, const char* help, double number,
           const Labels& labels = {}) {
    begin(name, type, help);
    value(number, labels);
  }
  void histogram(const HistogramTotals& totals, std::span<const double> bounds,
                 const Labels& labels = {}) {
    ClientMetric& metric = add(labels);
    uint64_t cumulative = 0;
    for (size_t i = 0; i < totals.counts.size(); ++i) {
      cumulative += totals.counts[i];
      const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({cumulative, bound});
    }
    metric.histogram.sample_count = cumulative;
    metric.histogram.sample_sum = totals.sum;
  }
  std::vector<MetricFamily> take() { return std::move(families_); }

 private:
  ClientMetric& add(const Labels& labels) {
    ClientMetric& metric = families_.back().metric.emplace_back();
    for (const auto& [name, value] : labels) metric.label.push_back({name, value});
    return metric;
  }
  std::vector<MetricFamily> families_;
};

// Health checks are few and fare otherwise than the rest, so that shares are reckoned without them.
void add_endings(Families& families, const MetricsShard::Totals& totals) {
  using Ended = MetricsShard::Ended<uint64_t>;
  const std::pair<const char*, const Ended&> both[] = {{"false", totals.limited},
                                                       {"true", totals.exempt}};
  families.begin("weir_endings_total", MetricType::Counter,
                 "Requests by how they ended, and whether they are `exempt`.");
  for (const auto& [exempt, ended] : both)
    for (size_t i = 0; i < exchange::kEndings; ++i)
      families.value(static_cast<double>(ended.endings[i]),
                     {{"ending", std::string(exchange::word_of(static_cast<exchange::Ending>(i)))},
                      {"exempt", exempt}});
  families.begin("weir_client_left_total", MetricType::Counter,
                 "Clients that left before their answer was complete, by where their request was.");
  for (const auto& [exempt, ended] : both)
    for (size_t i = 0; i < static_cast<size_t>(exchange::Stage::kEnded); ++i)
      families.value(static_cast<double>(ended.client_left[i]),
                     {{"stage", std::string(exchange::word_of(static_cast<exchange::Stage>(i)))},
                      {"exempt", exempt}});
}

void add_requests(Families& families, const MetricsShard::Totals& totals) {
  constexpr std::array kClasses{"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  constexpr std::array kVersions{"h1.0", "h1.1", "unreadable"};
  families.begin("weir_requests_total", MetricType::Counter,
                 "Requests that have ended, by what their client was told (`none`: nothing), and "
                 "by the version of their head (`unreadable`: there was none to read).");
  for (size_t c = 0; c < kClasses.size(); ++c)
    for (size_t v = 0; v < kVersions.size(); ++v)
      families.value(static_cast<double>(totals.requests[c][v]),
                     {{"code_class", kClasses[c]}, {"version", kVersions[v]}});
  add_endings(families, totals);
  families.begin("weir_rejected_total", MetricType::Counter,
                 "Requests turned away by the limiter, or in dry run those that would have been.");
  for (size_t i = 0; i < limiters::kRejections; ++i) {
    const std::string reason(exchange::word_of(static_cast<limiters::Rejection>(i)));
    families.value(static_cast<double>(totals.enforced[i]),
                   {{"reason", reason}, {"mode", "enforced"}});
    families.value(static_cast<double>(totals.dry_run[i]),
                   {{"reason", reason}, {"mode", "dry_run"}});
  }
  families.one("weir_retried_total", MetricType::Counter,
               "Requests sent once more because a pooled connection had died.",
               static_cast<double>(totals.retried));
  families.one("weir_backend_overload_answers_total", MetricType::Counter,
               "Answers of the service whose status is one of `backend.overload_statuses`; not to "
               "what is `exempt`.",
               static_cast<double>(totals.overload_answers));
}

// Only where there are several: else they would say what the others say.
void add_priorities(Families& families, const Sources& sources,
                    const MetricsShard::Totals& totals) {
  const auto by_priority = [&](const char* name, MetricType type, const char* help, auto of) {
    if (sources.priorities.empty()) return;
    families.begin(name, type, help);
    for (size_t i = 0; i < sources.priorities.size(); ++i)
      families.value(static_cast<double>(of(i)), {{"priority", sources.priorities[i]}});
  };
  by_priority("weir_priority_requests_total", MetricType::Counter,
              "Requests that asked for a place, by priority; with `priorities` only.",
              [&](size_t i) { return totals.asked[i]; });
  by_priority("weir_priority_rejected_total", MetricType::Counter,
              "Of these, those turned away, or in dry run those that would have been.",
              [&](size_t i) { return totals.turned_away[i]; });
  by_priority("weir_priority_queue_length", MetricType::Gauge,
              "Requests of a priority that wait for a permit now.",
              [&](size_t i) { return sources.waiting(i); });
}

void add_partitions(Families& families, const Sources& sources) {
  const auto& shares = sources.regulator.fair_share();
  if (!shares) return;
  families.one("weir_partitions_over_share", MetricType::Gauge,
               "Partitions that ask for more than their fair share of the places now; with "
               "`partition_by` only.",
               static_cast<double>(shares->over_share()));
}

void add_latencies(Families& families, const MetricsShard::Totals& totals) {
  families.begin("weir_backend_duration_seconds", MetricType::Histogram,
                 "From the permit to the response head: no waiting in weir, no local answers, "
                 "nothing `exempt`.");
  families.histogram(totals.backend, kSecondsBounds);
  families.begin("weir_request_duration_seconds", MetricType::Histogram,
                 "From the request head to the end of the response, without what was shed, tunnels "
                 "and streams "
                 "of events.");
  families.histogram(totals.request, kSecondsBounds);
  families.begin("weir_queue_wait_seconds", MetricType::Histogram,
                 "Waiting for a permit, of those who had to.");
  families.histogram(totals.queue_wait, kSecondsBounds);
  families.begin("weir_retry_after_seconds", MetricType::Histogram,
                 "What clients were told to wait.");
  families.histogram(totals.retry_after, kRetryBounds);
}

void add_placeless(Families& families, const MetricsShard::Totals& totals) {
  using exchange::Placeless;
  const auto gauge = [&](const char* name, const char* help, Placeless as) {
    families.one(name, MetricType::Gauge, help, totals.inside(as));
  };
  gauge("weir_exempt_in_flight",
        "Requests that passed by the limiter (`exempt`), health checks mostly, at the service now.",
        Placeless::kExempt);
  gauge("weir_slow_readers",
        "Requests whose answer waits for a client that reads slowly; they hold no place.",
        Placeless::kSlowReader);
  gauge("weir_tunnels", "Tunnels (WebSockets) that stand now; they hold no place.",
        Placeless::kTunnel);
  gauge("weir_event_streams", "Streams of events that stand now; they hold no place.",
        Placeless::kEventStream);
}

void add_limiter(Families& families, const Sources& sources, const History& history) {
  const auto gauge = [&](const char* name, const char* help, double value) {
    families.one(name, MetricType::Gauge, help, value);
  };
  const Sources::Places places = sources.places();
  gauge("weir_concurrency_limit", "Requests that may be at the service at once.", places.limit);
  gauge("weir_concurrency_limit_min",
        "The least that the limit may be (`limiter.min`); a fixed limit itself.",
        sources.limit_min());
  gauge("weir_concurrency_limit_max",
        "The most that the limit may be (`limiter.max`); a fixed limit itself.",
        sources.limit_max());
  gauge("weir_in_flight",
        "Requests at the service now; not who waits for a slow client, nor tunnels and streams of "
        "events.",
        places.in_flight);
  gauge("weir_in_flight_peak", "Most requests at the service at once over the last 60 s.",
        history.peak_in_flight());
  gauge("weir_held_places",
        "Places that nobody uses: who was refused by the service at once leaves his taken for as "
        "long as a request takes, or the next would be refused as well.",
        places.held);
  gauge("weir_hung_places",
        "Of the limit, what `knee` adds for callers who wait for something that hangs and will "
        "leave, so that the others have their places.",
        sources.regulator.hung());
  gauge(
      "weir_stepped_aside",
      "Requests that have begun and hold no place until the rest of them has come from their slow "
      "clients; ten times the limit may.",
      sources.permits.aside());
  gauge("weir_queue_length", "Requests that wait for a permit now.", sources.permits.waiting());
  gauge("weir_queue_capacity",
        "Requests that may wait now, few while more is asked for than can be done; with "
        "`priorities`, of the least important.",
        sources.most_waiting(sources.last_rank()));
  gauge("weir_baseline_latency_seconds", "Latency of the service when it is not full; 0: unknown.",
        to_seconds(sources.regulator.baseline()));
  gauge("weir_sample_latency_seconds",
        "Mean latency of what was answered in the last window; 0: nothing.",
        sources.regulator.last().latency_seconds);
  families.begin("weir_limit_changes_total", MetricType::Counter, "Changes of the limit and why.");
  const limiters::Regulator::Changes& changes = sources.regulator.changes();
  for (size_t i = 0; i < limiters::kCauses; ++i) {
    const auto cause = static_cast<limiters::Cause>(i);
    for (const bool up : {false, true}) {
      const auto found = changes.find({cause, up});
      families.value(
          found == changes.end() ? 0 : static_cast<double>(found->second),
          {{"direction", up ? "up" : "down"}, {"cause", std::string(limiters::word_of(cause))}});
    }
  }
  families.one("weir_window_samples_total", MetricType::Counter,
               "Latencies that the limit was judged by.", sources.regulator.samples());
}

void add_turns(Families& families, const Sources& sources) {
  constexpr auto kBounds = [] {
    std::array<double, loop::EventLoop::kTurnBounds.size()> seconds{};
    std::ranges::transform(loop::EventLoop::kTurnBounds, seconds.begin(), to_seconds);
    return seconds;
  }();
  families.begin("weir_loop_turn_seconds", MetricType::Histogram,
                 "Turns of a worker's loop: while one lasts, all else on that loop waits.");
  for (size_t i = 0; i < sources.loops.size(); ++i) {
    const auto turns = sources.loops[i]->turns();
    families.histogram({{turns.begin(), turns.end()}, to_seconds(sources.loops[i]->busy())},
                       kBounds, {{"loop", std::to_string(i)}});
  }
}

void add_process(Families& families, double started_seconds) {
  families.one("process_start_time_seconds", MetricType::Gauge,
               "When the process started, in seconds since 1970.", started_seconds);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  families.one("process_cpu_seconds_total", MetricType::Counter, "CPU time, user and system.",
               seconds(usage.ru_utime) + seconds(usage.ru_stime));
  long pages = 0;
  std::ifstream("/proc/self/statm").ignore(64, ' ') >> pages;
  families.one("process_resident_memory_bytes", MetricType::Gauge, "Resident memory.",
               static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)));
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  families.one("process_open_fds", MetricType::Gauge, "Open file descriptors.",
               static_cast<double>(std::distance(begin(files), end(files))));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  families.one("process_max_fds", MetricType::Gauge, "Limit on open file descriptors.",
               static_cast<double>(limit.rlim_cur));
}

void add_house(Families& families, const Sources& sources, const History& history) {
  families.begin("weir_connections", MetricType::Gauge, "Open connections.");
  families.value(sources.clients(), {{"side", "client"}});
  families.value(static_cast<double>(sources.backends()), {{"side", "backend"}});
  families.one("weir_backend_connections_lagging_total", MetricType::Counter,
               "Connections to the service closed because it answered later over them than over "
               "others; they are made anew.",
               static_cast<double>(sources.lagging_closed()));
  families.one("weir_accept_paused", MetricType::Gauge,
               "1 while new connections wait in the kernel because too many are open.",
               sources.accept_paused() ? 1 : 0);
  families.begin("weir_loop_busy_ratio", MetricType::Gauge,
                 "Share of the last second that a worker's loop was busy.");
  for (size_t i = 0; i < sources.loops.size(); ++i)
    families.value(history.busy_ratio(i), {{"loop", std::to_string(i)}});
  families.begin("weir_loop_stuck_seconds", MetricType::Gauge,
                 "For how long a worker's loop has not turned though it was asked to.");
  for (size_t i = 0; i < sources.loops.size(); ++i)
    families.value(to_seconds(sources.pulse.owed_by(i)), {{"loop", std::to_string(i)}});
  add_turns(families, sources);
  families.one("weir_access_log_dropped_total", MetricType::Counter,
               "Access log lines that could not be written in time.",
               static_cast<double>(sources.access_log.dropped()));
  families.one("weir_build_info", MetricType::Gauge, "Which weir this is.", 1,
               {{"version", sources.version}, {"commit", sources.commit}});
  families.one("weir_config_info", MetricType::Gauge, "Which configuration is in force.", 1,
               {{"hash", sources.config_hash}, {"algorithm", sources.algorithm}});
}

}  // namespace

Metrics::Metrics(const Sources& sources, const History& history)
    : sources_(sources),
      history_(history),
      started_seconds_(std::chrono::duration<double>(loop::wall_now().time_since_epoch()).count()) {
}

std::vector<MetricFamily> Metrics::Collect() const {
  const MetricsShard::Totals totals = sources_.totals();
  Families families;
  add_requests(families, totals);
  add_priorities(families, sources_, totals);
  add_partitions(families, sources_);
  add_latencies(families, totals);
  add_limiter(families, sources_, history_);
  add_placeless(families, totals);
  add_house(families, sources_, history_);
  add_process(families, started_seconds_);
  return families.take();
}

std::string Metrics::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, Collect());
  return std::move(out).str();
}

}  // namespace weir::observe
