#include "load-tests/load/flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "load-tests/pieces/quantities.h"

namespace weir::load {

namespace {

constexpr const char* kAbout =
    "weir-load: open-loop load over HTTP/1.1. Requests go out when they are due, however slow the\n"
    "answers are, and latency counts from the moment a request was due, that of a retry from the\n"
    "moment of the first attempt.\n"
    "Answers: ok (2xx, 3xx), shed (503, 429), failed (the rest); errors and timeouts apart.\n"
    "Goodput: ok within the objective (--slo). Times are written like 100ms, 20s, 2m.";

// What was typed, before it is understood.
struct Words {
  std::string target = "http://127.0.0.1:8080/";
  std::string path;
  double rate = 0;
  std::string duration;
  std::string profile;
  std::string arrivals = "poisson";
  std::string timeout = "10s";
  std::string slo = "100ms";
  std::string warmup = "0";
  std::string ramp = "0";
  std::string method = "GET";
  size_t body_bytes = 0;
  std::vector<std::string> headers;
  std::string retry = "never";
  std::string at_end = "wait";
  bool spread = false;
  bool series = false;
  bool progress = false;
  bool quiet = false;
};

void declare_load(CLI::App& app, Words& words, Options& options) {
  app.add_option("--target", words.target, "http://host[:port][/path] or unix:/path")
      ->capture_default_str();
  app.add_option("--path", words.path, "the path to ask for, instead of the target's");
  auto* rate =
      app.add_option("--rate", words.rate, "requests per second")->check(CLI::Range(0.0, 1e7));
  auto* duration = app.add_option("--duration", words.duration, "how long (20s)");
  auto* profile = app.add_option("--profile", words.profile,
                                 "RATE:TIME,... one after the other, e.g. 700:20s,2500:20s");
  auto* closed = app.add_option("--closed", options.run.closed,
                                "instead of a rate: that many requests always open (closed loop)")
                     ->check(CLI::Range(1, 100000));
  profile->excludes(rate)->excludes(duration)->excludes(closed);
  rate->excludes(closed);
  app.add_option("--ramp", words.ramp, "with --closed: the time in which their number rises")
      ->capture_default_str();
  app.add_option("--arrivals", words.arrivals, "poisson or constant")->capture_default_str();
  app.add_option("--connections", options.run.connections,
                 "most connections; opened as they are needed")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  app.add_flag("--spread", words.spread,
               "open all --connections, and use the one that was used the longest ago");
  app.add_option("--timeout", words.timeout, "gives a request up, from when it was due")
      ->capture_default_str();
  app.add_option("--slo", words.slo, "objective: an ok within it is goodput")
      ->capture_default_str();
  app.add_option("--warmup", words.warmup, "first part of the run, not in the totals")
      ->capture_default_str();
  app.add_option(
         "--retry", words.retry,
         "when a shed request is made again: never, at-once, back-off (200 ms, doubled each "
         "time), retry-after (as told, else after 1 s)")
      ->capture_default_str();
  app.add_option("--attempts", options.run.most_attempts, "most of one request, with --retry")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  app.add_option("--at-end", words.at_end, "wait for those still open, or give-up")
      ->capture_default_str();
  app.add_option("--seed", options.run.seed, "of the arrivals")->capture_default_str();
}

void declare_request_and_report(CLI::App& app, Words& words, Options& options) {
  app.add_option("--method", words.method, "of the requests")->capture_default_str();
  app.add_option("--body-bytes", words.body_bytes, "size of each request's body")
      ->check(CLI::Range(size_t{0}, size_t{64} << 20));
  app.add_option("--expect-bytes", options.run.expected_bytes,
                 "size of each answer's body: an ok with another one counts as failed");
  app.add_option("--header", words.headers, "\"Name: value\"; repeatable");
  app.add_option("--json", options.json, "write the report as JSON to this file, - for stdout");
  app.add_flag("--series", words.series, "with --json: also one row per 100 ms");
  app.add_option("--requests", options.requests,
                 "write each request as a line of CSV to this file");
  app.add_flag("--progress", words.progress, "a progress line even when stderr is no terminal");
  app.add_flag("--quiet", words.quiet, "no progress line");
}

[[noreturn]] void reject(std::string_view flag, std::string_view given, std::string_view expected) {
  throw std::invalid_argument(fmt::format("{}: \"{}\", expected {}", flag, given, expected));
}

Duration duration_of(std::string_view flag, const std::string& text) {
  const auto duration = pieces::parse_duration(text);
  if (!duration) reject(flag, text, "a time such as 100ms or 20s");
  return *duration;
}

// Of two words the second?
bool is_second(std::string_view flag, const std::string& text, std::string_view first,
               std::string_view second) {
  if (text != first && text != second) reject(flag, text, fmt::format("{} or {}", first, second));
  return text == second;
}

RetryPolicy retry_of(const std::string& text) {
  constexpr std::array<std::string_view, 4> kWords{"never", "at-once", "back-off", "retry-after"};
  const auto* const found = std::ranges::find(kWords, text);
  if (found == kWords.end()) reject("--retry", text, "never, at-once, back-off or retry-after");
  return static_cast<RetryPolicy>(found - kWords.begin());
}

struct Target {
  std::string address;
  std::string host;  // for the Host field
  std::string path = "/";
};

Target parse_target(const std::string& text) {
  constexpr std::string_view kHttp = "http://";
  if (text.starts_with("unix:") && text.size() > 5) return {.address = text, .host = "localhost"};
  std::string_view rest = text;
  if (!rest.starts_with(kHttp)) reject("--target", text, "http://host[:port][/path] or unix:/path");
  rest.remove_prefix(kHttp.size());
  const size_t path = rest.find_first_of("/?");
  Target target;
  target.host = std::string(rest.substr(0, path));
  if (path != std::string_view::npos) target.path = std::string(rest.substr(path));
  if (target.path.starts_with('?')) target.path.insert(0, "/");
  const size_t colon = target.host.rfind(':');
  const bool has_port = colon != std::string::npos && !target.host.ends_with(']');
  if (target.host.empty() || colon == 0 || target.host.find('@') != std::string::npos)
    reject("--target", text, "http://host[:port][/path] or unix:/path");
  target.address = has_port ? target.host : target.host + ":80";
  return target;
}

bool is_printable(std::string_view text, unsigned char least) {
  return std::ranges::all_of(text, [least](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= least && byte != 0x7f;
  });
}

RequestText make_request(const Words& words, const Target& target) {
  const std::string& path = words.path.empty() ? target.path : words.path;
  if (!path.starts_with('/') || !is_printable(path, '!'))
    reject("--path", path, "a path that begins with / and holds no blanks");
  if (words.method.empty() ||
      words.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != std::string::npos ||
      words.method == "CONNECT")
    reject("--method", words.method, "a method such as GET or POST");
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: weir-load\r\n",
                                 words.method, path, target.host);
  for (const std::string& header : words.headers) {
    const size_t colon = header.find(':');
    if (colon == std::string::npos || colon == 0 || !is_printable(header, ' '))
      reject("--header", header, "\"Name: value\"");
    text += header + "\r\n";
  }
  const bool has_body = words.body_bytes > 0 || words.method == "POST" || words.method == "PUT";
  if (has_body) text += fmt::format("Content-Length: {}\r\n", words.body_bytes);
  text += "\r\n";
  text.append(words.body_bytes, 'w');
  return {.bytes = std::move(text),
          .asked = words.method == "HEAD" ? ResponseReader::Asked::kHeadOnly
                                          : ResponseReader::Asked::kBody};
}

std::vector<Phase> make_profile(const Words& words, size_t closed) {
  if (!words.profile.empty()) {
    auto profile = parse_profile(words.profile);
    if (const auto* wrong = std::get_if<std::string>(&profile))
      throw std::invalid_argument("--profile: " + *wrong);
    return std::get<std::vector<Phase>>(profile);
  }
  if (words.rate <= 0 && closed == 0)
    throw std::invalid_argument("how much load? expected --rate, --profile or --closed");
  const Duration length =
      duration_of("--duration", words.duration.empty() ? "20s" : words.duration);
  if (length == Duration(0)) reject("--duration", words.duration, "more than no time");
  return {{words.rate, length}};
}

void understand(const Words& words, Options& options) {
  const Target target = parse_target(words.target);
  RunParams& run = options.run;
  options.target = words.target;
  options.address = target.address;
  run.request = make_request(words, target);
  run.profile = make_profile(words, run.closed);
  run.arrivals = is_second("--arrivals", words.arrivals, "poisson", "constant")
                     ? Arrivals::kConstant
                     : Arrivals::kPoisson;
  run.retries = retry_of(words.retry);
  run.at_end =
      is_second("--at-end", words.at_end, "wait", "give-up") ? AtEnd::kGiveUp : AtEnd::kWait;
  run.turns = words.spread ? Turns::kSpread : Turns::kLastFirst;
  run.logs_requests = !options.requests.empty();
  run.timeout = duration_of("--timeout", words.timeout);
  if (run.timeout == Duration(0)) reject("--timeout", words.timeout, "more than no time");
  run.objective = duration_of("--slo", words.slo);
  run.warmup = duration_of("--warmup", words.warmup);
  run.ramp = duration_of("--ramp", words.ramp);
  if (run.warmup >= length_of(run.profile))
    reject("--warmup", words.warmup, "less than the whole run");
  options.series = words.series ? ShowSeries::kYes : ShowSeries::kNo;
  if (words.series && options.json.empty())
    throw std::invalid_argument("--series: needs --json, where it is written");
  if (words.progress) options.progress = ShowProgress::kAlways;
  if (words.quiet) options.progress = ShowProgress::kNever;
}

}  // namespace

std::variant<Options, Farewell> read_flags(int count, const char* const* typed) {
  CLI::App app(kAbout, "weir-load");
  Options options;
  Words words;
  declare_load(app, words, options);
  declare_request_and_report(app, words, options);
  try {
    app.parse(count, typed);
    understand(words, options);
  } catch (const CLI::CallForHelp&) {
    return Farewell{0, app.help()};
  } catch (const std::exception& wrong) {
    return Farewell{1, fmt::format("weir-load: {}\n", wrong.what())};
  }
  return options;
}

}  // namespace weir::load
