#include "config/key_table.h"

#include "config/key_builders.h"
#include "config/utf8.h"

namespace weir::config {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr DurationKind kConnectTime{milliseconds(1), minutes(10), "1s"};
constexpr DurationKind kTimeout{milliseconds(1), hours(24), "30s"};
constexpr DurationKind kInterval{milliseconds(100), hours(24), "30s"};
constexpr SecondsKind kDrainTime{Duration::zero(), hours(1), "25"};
constexpr SizeKind kHeadSize{uint64_t{1} << 10, uint64_t{16} << 20, "64KiB"};
constexpr SizeKind kTargetSize{64, uint64_t{1} << 20, "16KiB"};
constexpr SizeKind kBodySize{0, uint64_t{1} << 50, "10MiB"};
constexpr IntegerKind kFieldCount{1, 10'000};
constexpr SwitchKind kSwitch;
constexpr EndpointKind kReach{EndpointUse::kConnect};
constexpr EndpointKind kListenAt{EndpointUse::kListen};
constexpr TextKind kToken{TextForm::kToken};
constexpr TextKind kRequestPath{TextForm::kRequestPath};
constexpr TextKind kLogPath{TextForm::kLogPath};
constexpr ChoiceKind<HalfClose, 2> kHalfClose{{"cancel", "serve"}};
constexpr ChoiceKind<AccessLogMode, 3> kLogged{{"off", "errors", "all"}};
constexpr ChoiceKind<LogLevel, 5> kLevel{kLogLevels};
constexpr ChoiceKind<LogFormat, 2> kFormat{{"text", "json"}};

void add_general_keys(Keys& keys) {
  keys.push_back(list(
      "listen", kListenAt, "address", [](auto& c) -> auto& { return c.listen; },
      [](auto& item) -> auto& { return item.address; },
      "Where clients connect: one address or a list. Required."));
  keys.push_back(value(
      "workers", IntegerKind{1, 256}, [](auto& c) -> auto& { return c.workers; },
      "Event loops, each with its own thread; they share one limit."));
  keys.push_back(value(
      "drain_seconds", kDrainTime, [](auto& c) -> auto& { return c.drain; },
      "How long open requests may take to finish after SIGTERM."));
  keys.push_back(list(
      "exempt", kRequestPath, "", [](auto& c) -> auto& { return c.exempt; },
      [](auto& item) -> auto& { return item; },
      "Paths of health checks: they pass by the limiter, are never measured, and are counted "
      "apart."));
  keys.push_back(list(
      "priorities", PriorityKind{}, "", [](auto& c) -> auto& { return c.priorities; },
      [](auto& item) -> auto& { return item; },
      "Who is let in first and shed last, the most important first; the first that fits counts."));
  keys.push_back(value(
      "partition_by", PartitionKind{}, [](auto& c) -> auto& { return c.partition_by; },
      "What callers have in common who share one fair part of the places."));
}

void add_backend_keys(Keys& keys) {
  keys.push_back(value(
      "backend.address", kReach, [](auto& c) -> auto& { return c.backend.address; },
      "The service behind weir. Required."));
  keys.push_back(value(
      "backend.connect_timeout", kConnectTime,
      [](auto& c) -> auto& { return c.backend.connect_timeout; },
      "How long a connection to the service may take to stand."));
  keys.push_back(value(
      "backend.response_head_timeout", kTimeout,
      [](auto& c) -> auto& { return c.backend.response_head_timeout; },
      "How long the service may take to begin its response; then the client gets a 504."));
  keys.push_back(value(
      "backend.body_stall_timeout", kTimeout,
      [](auto& c) -> auto& { return c.backend.body_stall_timeout; },
      "How long a body may make no progress towards or from the service."));
  keys.push_back(value(
      "backend.idle_timeout", kTimeout, [](auto& c) -> auto& { return c.backend.idle_timeout; },
      "How long an unused connection is kept; stay below the keep-alive time of the service."));
  keys.push_back(value(
      "backend.max_idle_connections", IntegerKind{0, 1'000'000},
      [](auto& c) -> auto& { return c.backend.max_idle_connections; },
      "Unused connections kept for the next requests, over all workers."));
  keys.push_back(value(
      "backend.resolve_interval", kInterval,
      [](auto& c) -> auto& { return c.backend.resolve_interval; },
      "How often the name of the service is resolved again; the last good answer is kept."));
  keys.push_back(value(
      "backend.max_head_size", kHeadSize, [](auto& c) -> auto& { return c.backend.max_head_size; },
      "Largest response head; beyond it the client gets a 502."));
  keys.push_back(value(
      "backend.max_fields", kFieldCount, [](auto& c) -> auto& { return c.backend.max_fields; },
      "Most header fields in a response; beyond it the client gets a 502."));
  keys.push_back(list(
      "backend.overload_statuses", IntegerKind{400, 599}, "",
      [](auto& c) -> auto& { return c.backend.overload_statuses; },
      [](auto& item) -> auto& { return item; },
      "Answers of the service which say that too much was sent to it."));
}

void add_client_keys(Keys& keys) {
  keys.push_back(value(
      "client.request_head_timeout", kTimeout,
      [](auto& c) -> auto& { return c.client.request_head_timeout; },
      "How long a client may take to send a request head; then it gets a 408."));
  keys.push_back(value(
      "client.idle_timeout", kTimeout, [](auto& c) -> auto& { return c.client.idle_timeout; },
      "How long a connection may be unused, before its first request or between two."));
  keys.push_back(value(
      "client.body_stall_timeout", kTimeout,
      [](auto& c) -> auto& { return c.client.body_stall_timeout; },
      "How long a body may make no progress from or towards the client."));
  keys.push_back(value(
      "client.max_head_size", kHeadSize, [](auto& c) -> auto& { return c.client.max_head_size; },
      "Largest request head; beyond it the answer is 431."));
  keys.push_back(value(
      "client.max_fields", kFieldCount, [](auto& c) -> auto& { return c.client.max_fields; },
      "Most header fields in a request; beyond it the answer is 431."));
  keys.push_back(value(
      "client.max_target_size", kTargetSize,
      [](auto& c) -> auto& { return c.client.max_target_size; },
      "Longest request target; beyond it the answer is 414."));
  keys.push_back(value(
      "client.max_body_size", OptionalKind<SizeKind>{"none", kBodySize},
      [](auto& c) -> auto& { return c.client.max_body_size; },
      "Largest request body; beyond it the answer is 413."));
  keys.push_back(value(
      "client.max_connections", OptionalKind<IntegerKind>{"auto", {1, 10'000'000}},
      [](auto& c) -> auto& { return c.client.max_connections; },
      "Most client connections; accepting pauses at it. auto: from the limits on open files and, "
      "in a control group, on memory."));
  keys.push_back(value(
      "client.half_close", kHalfClose, [](auto& c) -> auto& { return c.client.half_close; },
      "A client that closes its sending side: cancel its request, or serve it still."));
}

void add_forwarding_keys(Keys& keys) {
  keys.push_back(value(
      "forwarding.via_name", kToken, [](auto& c) -> auto& { return c.forwarding.via_name; },
      "The name in Via and Proxy-Status."));
  keys.push_back(value(
      "forwarding.via", kSwitch, [](auto& c) -> auto& { return c.forwarding.via; }, "Add Via."));
  keys.push_back(value(
      "forwarding.x_forwarded", kSwitch, [](auto& c) -> auto& { return c.forwarding.x_forwarded; },
      "Add to X-Forwarded-For, and X-Forwarded-Proto and X-Forwarded-Host where there is none."));
  keys.push_back(value(
      "forwarding.forwarded", kSwitch, [](auto& c) -> auto& { return c.forwarding.forwarded; },
      "Add Forwarded (RFC 7239)."));
}

void add_observing_keys(Keys& keys) {
  const OptionalKind<EndpointKind> kServed{"off", kListenAt};
  keys.push_back(value(
      "status.address", kServed, [](auto& c) -> auto& { return c.status.address; },
      "Read only: /metrics, /livez, /readyz, /limits and a live page."));
  keys.push_back(value(
      "admin.address", kServed, [](auto& c) -> auto& { return c.admin.address; },
      "Changes: /drain, /access_log, /logging, /config_dump. Keep it on loopback or on a Unix "
      "socket."));
  keys.push_back(value(
      "access_log.mode", kLogged, [](auto& c) -> auto& { return c.access_log.mode; },
      "Which requests are logged: off, errors (failures and sheds only) or all."));
  keys.push_back(value(
      "access_log.path", kLogPath, [](auto& c) -> auto& { return c.access_log.path; },
      "Where JSON lines go: stdout, stderr or a file."));
  keys.push_back(value(
      "log.level", kLevel, [](auto& c) -> auto& { return c.log.level; },
      "The least severe message that is logged: trace, debug, info, warn or error."));
  keys.push_back(value(
      "log.format", kFormat, [](auto& c) -> auto& { return c.log.format; }, "text or json."));
}

std::string_view first_name(std::string_view path) { return path.substr(0, path.find('.')); }
std::string_view last_name(std::string_view path) { return path.substr(path.rfind('.') + 1); }

// What follows "section." in `path`; empty when it is not in the section.
std::string_view inside(std::string_view section, std::string_view path) {
  if (section.empty()) return path;
  const bool within =
      path.size() > section.size() && path.starts_with(section) && path[section.size()] == '.';
  return within ? path.substr(section.size() + 1) : std::string_view();
}

}  // namespace

const Keys& key_table() {
  static const Keys table = [] {
    Keys keys;
    add_general_keys(keys);
    add_backend_keys(keys);
    add_client_keys(keys);
    add_forwarding_keys(keys);
    add_limiter_keys(keys);
    add_shedding_keys(keys);
    add_observing_keys(keys);
    return keys;
  }();
  return table;
}

const Key* find_key(std::string_view path) {
  for (const Key& key : key_table()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

bool is_section(std::string_view path) { return !path.empty() && !names_in(path).empty(); }

const Key* shorthand_of(std::string_view section) {
  return find_key(std::string(section) + ".address");
}

std::vector<std::string_view> names_in(std::string_view section) {
  std::vector<std::string_view> names;
  for (const Key& key : key_table()) {
    const std::string_view name = first_name(inside(section, key.path));
    if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(name);
  }
  return names;
}

Complaint read_value(const Key& key, Config& config, std::string_view text) {
  if (text.empty()) return "no value, expected " + key.expected;
  if (!is_clean(text)) {
    return config::quoted(text) + " has control characters or bad UTF-8, expected " + key.expected;
  }
  return key.read(config, text);
}

std::string unknown_key(std::string_view section, std::string_view name) {
  const auto names = names_in(section);
  const std::string guess = did_you_mean(name, names);
  if (!guess.empty()) return "unknown key" + guess;
  for (const Key& key : key_table()) {
    if (last_name(key.path) == name) {
      return "unknown key; did you mean \"" + std::string(key.path) + "\"?";
    }
  }
  return "unknown key, expected " + list_of_choices(names.data(), names.size());
}

}  // namespace weir::config
