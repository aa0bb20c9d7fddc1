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
    "GET /healthz answers at once, GET /stats shows the counts, GET /restart begins steps, pauses\n"
    "and counts anew; all else is work.\n"
    "Times are written like 10ms, 1.5s, 200us, 2m.";

// What was typed, before it is understood.
struct Words {
  std::string service_time = "10ms";
  std::string distribution = "constant";
  std::string discipline = "fifo";
  std::string thrash = "0%";
  std::vector<std::string> steps;
  std::string pause;
  std::vector<std::string> stalls;
  std::string fail;
  std::string slow;
  std::string aside;
  std::string outside = "0";
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
  app.add_option(
      "--slow", words.slow,
      "SHARE:RATIO, that share takes so many times as long as the others; the mean stays");
  app.add_option("--outside", words.outside, "from the end of the work to the answer, in no worker")
      ->capture_default_str();
  app.add_option("--pause", words.pause, "EVERY:FOR, stands still that long each time");
  app.add_option("--stall", words.stalls, "AT:FOR, stands still that long once; repeatable");
  app.add_option("--fail", words.fail, "SHARE[:STATUS[:TIME]], e.g. 5%:500:1ms");
  app.add_option("--aside", words.aside,
                 "SHARE[:STATUS[:TIME]], answered without a worker, e.g. 80%:500:1ms");
  app.add_option("--step", words.steps,
                 "AT:WORKERS or AT:KEY=VALUE with workers, service-time, slow, aside or outside: "
                 "what holds from then on; repeatable");
  app.add_option("--body-bytes", options.body_bytes, "size of each answer's body")
      ->capture_default_str();
  app.add_option("--seed", options.service.seed, "of all that is random")->capture_default_str();
}

[[noreturn]] void reject(std::string_view flag, std::string_view given, std::string_view expected) {
  throw std::invalid_argument(fmt::format("{}: \"{}\", expected {}", flag, given, expected));
}

Duration duration_of(std::string_view flag, std::string_view text) {
  const auto duration = pieces::parse_duration(text);
  if (!duration) reject(flag, text, "a time such as 10ms");
  return *duration;
}

// SHARE[:STATUS[:TIME]], the status from `least` on.
struct Shared {
  double share;
  std::optional<int> status;
  std::optional<Duration> time;
};
std::optional<Shared> parse_shared(std::string_view text, uint64_t least) {
  const auto parts = pieces::split(text, ':');
  const auto share = pieces::parse_share(parts[0]);
  if (!share || parts.size() > 3) return {};
  Shared shared{.share = *share, .status = {}, .time = {}};
  if (parts.size() > 1) {
    const auto status = pieces::parse_count(parts[1]);
    if (!status || *status < least || *status > 599) return {};
    shared.status = static_cast<int>(*status);
  }
  if (parts.size() > 2) {
    shared.time = pieces::parse_duration(parts[2]);
    if (!shared.time) return {};
  }
  return shared;
}

Failures parse_failures(const std::string& text) {
  const auto shared = parse_shared(text, 400);
  if (!shared)
    reject("--fail", text,
           "SHARE[:STATUS[:TIME]] such as 5%:500:1ms, with a status from 400 to 599");
  return {shared->share, shared->status.value_or(500), shared->time};
}

Aside parse_aside(std::string_view flag, std::string_view text) {
  const auto shared = parse_shared(text, 200);
  if (!shared)
    reject(flag, text, "SHARE[:STATUS[:TIME]] such as 80%:500:1ms, with a status from 200 to 599");
  const Aside usual;
  return {shared->share, shared->status.value_or(usual.status), shared->time.value_or(usual.time)};
}

Slow parse_slow(std::string_view flag, std::string_view text) {
  const auto parts = pieces::split(text, ':');
  const auto share = pieces::parse_share(parts[0]);
  const auto ratio = parts.size() == 2 ? pieces::parse_number(parts[1]) : std::nullopt;
  if (!share || !ratio || *ratio <= 0) reject(flag, text, "SHARE:RATIO such as 10%:40");
  return {*share, *ratio};
}

Step parse_step(const std::string& text) {
  constexpr std::string_view kForm =
      "AT:WORKERS such as 20s:5, or AT:KEY=VALUE with workers, service-time, slow, aside or "
      "outside";
  const size_t colon = text.find(':');
  const auto at = pieces::parse_duration(std::string_view(text).substr(0, colon));
  if (!at || colon == std::string::npos) reject("--step", text, kForm);
  const std::string_view change = std::string_view(text).substr(colon + 1);
  const size_t equals = change.find('=');
  const std::string_view key =
      equals == std::string_view::npos ? "workers" : change.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? change : change.substr(equals + 1);
  Step step{.at = *at};
  if (key == "workers") {
    const auto workers = pieces::parse_count(value);
    if (!workers || *workers > 1000000) reject("--step", text, kForm);
    step.workers = static_cast<int>(*workers);
  } else if (key == "service-time") {
    step.mean = duration_of("--step", value);
  } else if (key == "slow") {
    step.slow = parse_slow("--step", value);
  } else if (key == "aside") {
    step.aside = parse_aside("--step", value);
  } else if (key == "outside") {
    step.outside = duration_of("--step", value);
  } else {
    reject("--step", text, kForm);
  }
  return step;
}

void parse_pause(const std::string& text, ServiceParams& service) {
  const auto parts = pieces::split(text, ':');
  const auto every = pieces::parse_duration(parts[0]);
  const auto length = parts.size() == 2 ? pieces::parse_duration(parts[1]) : std::nullopt;
  if (!every || !length || *length >= *every || *length == Duration(0))
    reject("--pause", text, "EVERY:FOR such as 10s:500ms, the second shorter");
  service.pause_every = *every;
  service.pause_length = *length;
}

std::vector<Stall> parse_stalls(const std::vector<std::string>& texts) {
  std::vector<Stall> stalls;
  for (const std::string& text : texts) {
    const auto parts = pieces::split(text, ':');
    const auto at = pieces::parse_duration(parts[0]);
    const auto length = parts.size() == 2 ? pieces::parse_duration(parts[1]) : std::nullopt;
    const bool follows = at && (stalls.empty() || stalls.back().at + stalls.back().length <= *at);
    if (!length || !follows)
      reject("--stall", text, "AT:FOR such as 10s:5s, each behind the one before");
    stalls.push_back({*at, *length});
  }
  return stalls;
}

void understand(const Words& words, Options& options) {
  ServiceParams& service = options.service;
  const Duration mean = duration_of("--service-time", words.service_time);
  const auto time = ServiceTime::parse(words.distribution, mean);
  if (!time)
    reject("--distribution", words.distribution,
           "constant, exponential, lognormal(1), bimodal(0.1,40) or pareto(2)");
  service.service_time =
      words.slow.empty() ? *time : time->with_slow(parse_slow("--slow", words.slow));
  service.outside = duration_of("--outside", words.outside);
  if (!words.aside.empty()) service.aside = parse_aside("--aside", words.aside);
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
  service.stalls = parse_stalls(words.stalls);
  if (!words.pause.empty()) parse_pause(words.pause, service);
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
  const Slow& slow = params.service_time.slow();
  if (slow.share > 0)
    text += fmt::format(", {:g}% of them {:g} times", slow.share * 100, slow.ratio);
  if (params.sharing == Sharing::kSharing) text += " shared";
  if (params.thrash > 0) text += fmt::format(", thrash {:g}%", params.thrash * 100);
  if (mean == Duration(0)) return text + ", no limit";
  return text +
         fmt::format(", capacity {:.6g} requests/s", params.workers / limiters::to_seconds(mean));
}

}  // namespace weir::origin
