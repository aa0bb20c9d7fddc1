#include "proxy/observe/status_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "proxy/observe/operational_log.h"
#include "proxy/observe/status_page.h"

namespace weir::observe {
namespace {

constexpr std::string_view kDecisionsShown = "20";
constexpr size_t kPartitionsShown = 10;
constexpr size_t kLongestChangeSeconds = 86'400;

constexpr std::string_view kHelp =
    "GET  /config_dump            the configuration in force\n"
    "GET  /limits?history=N       the limit and its last N changes\n"
    "GET  /server_info            version, workers, connections\n"
    "GET  /access_log             which requests are logged, where, and for how long still\n"
    "POST /access_log?mode=MODE   off, errors (failures and sheds) or all, until a restart;\n"
    "     &for_seconds=N          or for so long, then as configured again\n"
    "POST /logging?level=LEVEL    trace, debug, info, warn or error\n"
    "POST /drain                  finish what is open, then exit\n";

using exchange::Placeless;
using limiters::Decision;

// Of the neighbours of what was counted in nanoseconds the one that has the fewest digits.
double tidy(double seconds) { return std::round(seconds * 1e9) / 1e9; }
double tidy(limiters::Duration time) { return tidy(limiters::to_seconds(time)); }

nlohmann::json seconds_or_null(double seconds) {
  return seconds > 0 ? nlohmann::json(tidy(seconds)) : nlohmann::json(nullptr);
}

std::optional<size_t> whole_number(std::string_view text) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

PlainReply refused(std::string_view name, std::string_view found, std::string_view expected) {
  return {.status = 400, .body = fmt::format("{} is \"{}\", expected {}\n", name, found, expected)};
}

nlohmann::json told(const Decision& decision, limiters::TimePoint now) {
  return {{"seconds_ago", tidy(now - decision.when)},
          {"from", decision.from},
          {"to", decision.to},
          {"cause", limiters::word_of(decision.cause)},
          {"baseline_seconds", seconds_or_null(decision.baseline_seconds)},
          {"latency_seconds", seconds_or_null(decision.latency_seconds)},
          {"judged_latency_seconds", seconds_or_null(decision.judged_latency_seconds)},
          {"per_second", decision.per_second},
          {"peak_places", decision.peak_places},
          {"samples", decision.samples}};
}

// Who asks for the most; null where callers are not told apart.
nlohmann::json partitions(const Sources& sources) {
  const auto& shares = sources.regulator.fair_share();
  if (!shares) return nullptr;
  nlohmann::json busiest = nlohmann::json::array();
  for (const limiters::FairShare::Asker& each : shares->busiest(kPartitionsShown)) {
    const double fair = shares->share_places(each.priority);
    nlohmann::json one{{"partition", sources.partitions.of(each.partition)},
                       {"asked_per_second", each.per_second},
                       {"asked_places", each.places},
                       {"fair_places", std::isfinite(fair) ? nlohmann::json(fair) : nullptr},
                       {"over_share", each.places > fair}};
    if (!sources.priorities.empty()) one["priority"] = sources.priorities[each.priority];
    busiest.push_back(std::move(one));
  }
  return {{"over_share", shares->over_share()}, {"busiest", std::move(busiest)}};
}

nlohmann::json priorities(const Sources& sources, const MetricsShard::Totals& totals) {
  nlohmann::json all = nlohmann::json::array();
  for (size_t i = 0; i < sources.priorities.size(); ++i) {
    const size_t rank = sources.rank_of(i);
    all.push_back({{"name", sources.priorities[i]},
                   {"asked", totals.asked[i]},
                   {"turned_away", totals.turned_away[i]},
                   {"waiting", sources.waiting(i)},
                   {"most_waiting", sources.most_waiting(rank)},
                   {"max_wait_seconds", tidy(sources.permits.longest_wait(rank))}});
  }
  return all;
}

// The newest first.
nlohmann::json changes(const Sources& sources, limiters::TimePoint now, size_t shown) {
  const auto& decisions = sources.regulator.decisions();
  nlohmann::json all = nlohmann::json::array();
  for (size_t i = decisions.size() - std::min(shown, decisions.size()); i < decisions.size(); ++i)
    all.push_back(told(decisions[i], now));
  std::ranges::reverse(all);
  return all;
}

PlainReply limits(const Sources& sources, const History& history,
                  const limiters::Timeline& timeline, const Query& query) {
  const std::string_view asked = query.get("history").value_or(kDecisionsShown);
  const std::optional<size_t> shown = whole_number(asked);
  if (!shown) return refused("history", asked, "a whole number from 0");
  const History::Second second = history.last_second();
  const size_t last_rank = sources.last_rank();
  const Sources::Places places = sources.places();
  const MetricsShard::Totals totals = sources.totals();
  const nlohmann::json all{
      {"algorithm", sources.algorithm},
      {"limit", places.limit},
      {"limit_min", sources.limit_min()},
      {"limit_max", sources.limit_max()},
      {"in_flight", places.in_flight},
      {"held_places", places.held},
      {"hung_places", sources.regulator.hung()},
      {"stepped_aside", sources.permits.aside()},
      {"slow_readers", totals.inside(Placeless::kSlowReader)},
      {"tunnels", totals.inside(Placeless::kTunnel)},
      {"event_streams", totals.inside(Placeless::kEventStream)},
      {"exempt_in_flight", totals.inside(Placeless::kExempt)},
      {"waiting", sources.permits.waiting()},
      {"max_waiting", sources.permits.max_waiting()},
      {"most_waiting", sources.most_waiting(last_rank)},
      {"max_wait_seconds", tidy(sources.permits.longest_wait(last_rank))},
      {"queue", sources.permits.standing() ? "standing" : "calm"},
      {"baseline_seconds", seconds_or_null(limiters::to_seconds(sources.regulator.baseline()))},
      {"latency_seconds", seconds_or_null(sources.regulator.last().latency_seconds)},
      {"served_per_second", second.served},
      {"shed_per_second", second.shed},
      {"failed_per_second", second.failed},
      {"overload_answers_per_second", second.overload_answers},
      {"p50_seconds", seconds_or_null(second.p50_seconds)},
      {"p99_seconds", seconds_or_null(second.p99_seconds)},
      {"last_window", told(sources.regulator.last(), timeline.now())},
      {"priorities", priorities(sources, totals)},
      {"partitions", partitions(sources)},
      {"changes", changes(sources, timeline.now(), *shown)}};
  // Callers choose what they are called.
  return {.type = "application/json",
          .body = all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

PlainReply show_access_log(const AccessLogSwitch& log) {
  const AccessLogSwitch::Change* change = log.in_force();
  nlohmann::json seconds_left;
  if (const auto left = log.left())
    seconds_left = std::chrono::ceil<std::chrono::seconds>(*left).count();
  const nlohmann::json all{{"mode", word_of(log.log().mode())},
                           {"configured_mode", word_of(log.configured())},
                           {"told_by", change ? nlohmann::json(change->by) : nullptr},
                           {"seconds_left", std::move(seconds_left)},
                           {"path", log.log().path()},
                           {"dropped_lines", log.log().dropped()}};
  return {.type = "application/json", .body = all.dump(2) + "\n"};
}

PlainReply changed(const AccessLogSwitch& log) {
  const std::string_view mode = word_of(log.log().mode());
  const AccessLogSwitch::Change* change = log.in_force();
  if (!change || !change->lasts) return {.body = fmt::format("mode {}\n", mode)};
  return {.body = fmt::format("mode {} for {} s, then {}\n", mode, change->lasts->count(),
                              word_of(log.configured()))};
}

PlainReply reply_of(const AccessLogSwitch& log, AccessLogSwitch::Result result,
                    const std::string& why) {
  switch (result) {
    case AccessLogSwitch::Result::kDone:
      return changed(log);
    case AccessLogSwitch::Result::kOvertaken:
      return {.status = 409, .body = why + "\n"};
    case AccessLogSwitch::Result::kCannotOpen:
      break;
  }
  return {.status = 500, .body = why + "\n"};
}

PlainReply change_access_log(AccessLogSwitch& log, const Query& query) {
  const std::string_view word = query.get("mode").value_or("");
  const std::optional<AccessLogMode> mode = mode_of(word);
  if (!mode) return refused("mode", word, "off, errors or all");
  AccessLogSwitch::Change change{.mode = *mode, .by = std::string(query.peer)};
  if (const auto asked = query.get("for_seconds")) {
    const size_t seconds = whole_number(*asked).value_or(0);
    if (seconds < 1 || seconds > kLongestChangeSeconds)
      return refused("for_seconds", *asked,
                     fmt::format("a whole number from 1 to {}", kLongestChangeSeconds));
    change.lasts = std::chrono::seconds(seconds);
  }
  return {.later = [&log, change = std::move(change)](auto deliver) {
    log.change(change, [&log, deliver = std::move(deliver)](auto result, const auto& why) {
      deliver(reply_of(log, result, why));
    });
  }};
}

PlainReply change_level(const Query& query) {
  const std::string_view level = query.get("level").value_or("");
  if (!set_log_level(level)) return refused("level", level, "trace, debug, info, warn or error");
  return {.body = fmt::format("level {}\n", level)};
}

PlainServer::Route get(std::string path, std::function<PlainReply(const Query&)> answer) {
  return {"GET", std::move(path), std::move(answer)};
}

}  // namespace

std::vector<PlainServer::Route> status_routes(const Sources& sources, const Metrics& metrics,
                                              const History& history,
                                              const limiters::Timeline& timeline,
                                              std::function<bool()> draining) {
  const auto scrape = [&metrics](const Query&) -> PlainReply {
    return {.type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics.text()};
  };
  const auto unless_stuck = [&sources](std::string_view word) -> PlainReply {
    const std::optional<Pulse::Stuck> stuck = sources.pulse.stuck();
    if (!stuck) return {.body = fmt::format("{}\n", word)};
    return {.status = 503, .body = Pulse::line_of(*stuck) + "\n"};
  };
  const auto alive = [unless_stuck](const Query&) { return unless_stuck("alive"); };
  const auto ready = [unless_stuck, draining = std::move(draining)](const Query&) -> PlainReply {
    if (draining()) return {.status = 503, .body = "draining\n"};
    return unless_stuck("ready");
  };
  return {
      get("/metrics", scrape),
      get("/stats/prometheus", scrape),
      get("/livez", alive),
      get("/live", alive),
      get("/ping", alive),
      get("/readyz", ready),
      get("/ready", ready),
      get("/healthz", ready),
      get("/limits", [&sources, &history, &timeline](
                         const Query& query) { return limits(sources, history, timeline, query); }),
      get("/history",
          [&history](const Query&) -> PlainReply {
            return {.type = "application/json", .body = history.json()};
          }),
      get("/",
          [](const Query&) -> PlainReply {
            return {.type = "text/html; charset=utf-8", .body = std::string(kStatusPage)};
          }),
  };
}

std::vector<PlainServer::Route> admin_routes(const Sources& sources, const History& history,
                                             const limiters::Timeline& timeline,
                                             AdminActions actions) {
  return {
      get("/config_dump",
          [dump = actions.config_dump](const Query&) -> PlainReply {
            return {.type = "application/yaml", .body = dump()};
          }),
      get("/limits", [&sources, &history, &timeline](
                         const Query& query) { return limits(sources, history, timeline, query); }),
      get("/server_info",
          [&sources](const Query&) -> PlainReply {
            const nlohmann::json all{{"version", sources.version},
                                     {"commit", sources.commit},
                                     {"algorithm", sources.algorithm},
                                     {"workers", sources.loops.size()},
                                     {"connections", sources.clients()}};
            return {.type = "application/json", .body = all.dump(2) + "\n"};
          }),
      get("/help", [](const Query&) -> PlainReply { return {.body = std::string(kHelp)}; }),
      get("/access_log",
          [&log = actions.access_log](const Query&) { return show_access_log(log); }),
      {"POST", "/access_log",
       [&log = actions.access_log](const Query& query) { return change_access_log(log, query); }},
      {"POST", "/logging", change_level},
      {"POST", "/drain",
       [drain = actions.drain](const Query&) -> PlainReply {
         drain();
         return {.status = 202, .body = "draining\n"};
       }},
  };
}

}  // namespace weir::observe
