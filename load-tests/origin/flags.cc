#include "load-tests/origin/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <vector>

#include "load-tests/pieces/quantities.h"

namespace weir::origin {

namespace {

constexpr const char* kAbout =
    "weir-origin: a service of known and exact capacity, for demos and load tests.\n"
    "GET /healthz answers at once and GET /stats shows the counts; all else is work.\n"
    "Times are written like 10ms, 1.5s, 200us, 2m.";

// What was typed, before it is understood.
struct Words {
  std::string service_time = "10ms";
  std::string distribution = "constant";
  std::string discipline = "fifo";
  std::string thrash = "0%";
  std::vector<std::string> steps;
  std::string pause;
  std::string fail;
  std::optional<uint64_t> queue;
};

void declare(CLI::App& app, Words& words, Options& options) {
  app.add_option("--listen", options.listen, "host:port or unix:/path; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--workers", options.service.workers, "requests worked on at once")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000));
  app.add_option("--service-time", words.service_time, "mean time of a request; 0 answers at once")
      ->capture_default_str();
  app.add_option("--distribution", words.distribution,
                 "constant, exponential, lognormal(SIGMA), bimodal(SHARE,RATIO), pareto(ALPHA)")
      ->capture_default_str();
  app.add_option("--queue", words.queue, "most requests that wait, the rest gets 503 (any number)");
  app.add_option("--discipline", words.discipline,
                 "fifo: a pool of workers; sharing: all at once, each the slower")
      ->capture_default_str();
  app.add_option("--thrash", words.thrash,
                 "with sharing: how much longer work takes per request above the workers")
      ->capture_default_str();
  app.add_option("--step", words.steps, "AT:WORKERS, from then on that many workers; repeatable");
  app.add_option("--pause", words.pause, "EVERY:FOR, stands still that long each time");
  app.add_option("--fail", words.fail, "SHARE[:STATUS[:TIME]], e.g. 5%:500:1ms");
  app.add_option("--body-bytes", options.body_bytes, "size of each answer's body")
      ->capture_default_str();
  app.add_option("--seed", options.service.seed, "of all that is random")->capture_default_str();
}

[[noreturn]] void reject(std::string_view flag, std::string_view given, std::string_view expected) {
  throw std::invalid_argument(fmt::format("{}: \"{}\", expected {}", flag, given, expected));
}

Step parse_step(const std::string& text) {
  const auto parts = pieces::split(text, ':');
  if (parts.size() == 2) {
    const auto at = pieces::parse_duration(parts[0]);
    const auto workers = pieces::parse_count(parts[1]);
    if (at && workers && *workers <= 1000000) return {*at, static_cast<int>(*workers)};
  }
  reject("--step", text, "AT:WORKERS such as 20s:5");
}

Failures parse_failures(const std::string& text) {
  const auto parts = pieces::split(text, ':');
  Failures failures;
  const auto share = pieces::parse_share(parts[0]);
  const auto status = parts.size() > 1 ? pieces::parse_count(parts[1]) : 500;
  const auto time = parts.size() > 2 ? pieces::parse_duration(parts[2]) : std::optional<Duration>();
  if (!share || !status || *status < 400 || *status > 599 || parts.size() > 3 ||
      (parts.size() > 2 && !time))
    reject("--fail", text,
           "SHARE[:STATUS[:TIME]] such as 5%:500:1ms, with a status from 400 to 599");
  return {*share, static_cast<int>(*status), time};
}

void understand(const Words& words, Options& options) {
  ServiceParams& service = options.service;
  const auto mean = pieces::parse_duration(words.service_time);
  if (!mean) reject("--service-time", words.service_time, "a time such as 10ms");
  const auto time = ServiceTime::parse(words.distribution, *mean);
  if (!time)
    reject("--distribution", words.distribution,
           "constant, exponential, lognormal(1), bimodal(0.1,40) or pareto(2)");
  service.service_time = *time;
  if (words.discipline != "fifo" && words.discipline != "sharing")
    reject("--discipline", words.discipline, "fifo or sharing");
  service.sharing = words.discipline == "fifo" ? Sharing::kFifo : Sharing::kSharing;
  const auto thrash = pieces::parse_share(words.thrash);
  if (!thrash) reject("--thrash", words.thrash, "a share such as 2%");
  if (*thrash > 0 && service.sharing == Sharing::kFifo)
    reject("--thrash", words.thrash, "--discipline sharing with it");
  service.thrash = *thrash;
  if (words.queue) service.queue = *words.queue;
  for (const std::string& step : words.steps) service.steps.push_back(parse_step(step));
  std::ranges::stable_sort(service.steps, {}, &Step::at);
  if (!words.fail.empty()) service.failures = parse_failures(words.fail);
  if (words.pause.empty()) return;
  const auto parts = pieces::split(words.pause, ':');
  const auto every = pieces::parse_duration(parts[0]);
  const auto length = parts.size() == 2 ? pieces::parse_duration(parts[1]) : std::nullopt;
  if (!every || !length || *length >= *every || *length == Duration(0))
    reject("--pause", words.pause, "EVERY:FOR such as 10s:500ms, the second shorter");
  service.pause_every = *every;
  service.pause_length = *length;
}

}  // namespace

std::variant<Options, Farewell> read_flags(int count, const char* const* typed) {
  CLI::App app(kAbout, "weir-origin");
  Options options;
  Words words;
  declare(app, words, options);
  try {
    app.parse(count, typed);
    understand(words, options);
  } catch (const CLI::CallForHelp&) {
    return Farewell{0, app.help()};
  } catch (const std::exception& wrong) {
    return Farewell{1, fmt::format("weir-origin: {}\n", wrong.what())};
  }
  return options;
}

std::string describe(const ServiceParams& params) {
  const Duration mean = params.service_time.mean();
  std::string text = fmt::format("{} workers x {}", params.workers, pieces::format_duration(mean));
  if (params.service_time.shape() != "constant") text += " " + params.service_time.shape();
  if (params.sharing == Sharing::kSharing) text += " shared";
  if (params.thrash > 0) text += fmt::format(", thrash {:g}%", params.thrash * 100);
  if (mean == Duration(0)) return text + ", no limit";
  return text +
         fmt::format(", capacity {:.6g} requests/s", params.workers / limiters::to_seconds(mean));
}

}  // namespace weir::origin
