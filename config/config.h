#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/endpoint.h"
#include "limiters/params.h"

// Everything weir can be told, as plain values with every default visible; it does not know where
// they come from. The keys of the file are named like the members, except where noted.
namespace weir::config {

using limiters::Duration;

struct ListenConfig {
  Endpoint address;
};

// The service, and what is accepted from it.
struct BackendConfig {
  Endpoint address;  // required; unset while host and path are empty
  Duration connect_timeout = std::chrono::seconds(1);
  Duration response_head_timeout = std::chrono::seconds(60);
  Duration body_stall_timeout = std::chrono::seconds(30);
  Duration idle_timeout = std::chrono::seconds(30);  // below the service's own keep-alive
  int max_idle_connections = 1024;                   // kept in the pool, over all workers
  Duration resolve_interval = std::chrono::seconds(30);
  size_t max_head_size = size_t{64} << 10;  // bytes
  int max_fields = 100;
  std::vector<int> overload_statuses = {503, 504};
};

// What a connection that closes its sending side means: that it gave up, or that it waits.
enum class HalfClose : uint8_t { kCancel, kServe };

// What is accepted from clients.
struct ClientConfig {
  Duration request_head_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(75);
  Duration body_stall_timeout = std::chrono::seconds(30);
  size_t max_head_size = size_t{64} << 10;  // bytes
  int max_fields = 100;
  size_t max_target_size = size_t{16} << 10;  // bytes
  std::optional<uint64_t> max_body_size;      // bytes; none: any length
  std::optional<int> max_connections;         // none: from what the host allows
  HalfClose half_close = HalfClose::kCancel;
};

struct ForwardingConfig {
  std::string via_name = "weir";  // a token; also names weir in Proxy-Status
  bool via = true;
  bool x_forwarded = true;
  bool forwarded = false;
};

// What a client that is turned away learns.
struct ShedConfig {
  limiters::RetryAfterParams retry_after;  // keys: retry_after_min, retry_after_max
  bool reveal_reason = true;
};

// One priority: its name, and which requests have it. With neither path nor header: all that no
// other claims.
struct PriorityConfig {
  std::string name;                  // a token
  std::string path;                  // this one and all below it
  std::string header;                // a field name,
  std::optional<std::string> value;  // with this value; none: whatever it is
  bool claims_all() const { return path.empty() && header.empty(); }
};

// By what callers are told apart: requests that have it in common are one partition, and each has
// an equal part of the places where there are too few.
struct PartitionConfig {
  bool client_address = false;
  std::string header;  // a field name; empty: no such field
  bool used() const { return client_address || !header.empty(); }
};

struct StatusConfig {
  std::optional<Endpoint> address = Endpoint{"127.0.0.1", 9880, ""};  // none: `off`
};

struct AdminConfig {
  std::optional<Endpoint> address = Endpoint{"127.0.0.1", 9881, ""};  // none: `off`
};

enum class AccessLogMode : uint8_t { kOff, kErrors, kAll };

struct AccessLogConfig {
  AccessLogMode mode = AccessLogMode::kOff;  // kErrors: failures and sheds only
  std::string path = "stdout";               // "stdout", "stderr" or a file
};

enum class LogLevel : uint8_t { kTrace, kDebug, kInfo, kWarn, kError };
inline constexpr std::array<std::string_view, 5> kLogLevels{"trace", "debug", "info", "warn",
                                                            "error"};
enum class LogFormat : uint8_t { kText, kJson };

struct LogConfig {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

struct Config {
  std::vector<ListenConfig> listen;  // at least one is required
  BackendConfig backend;
  int workers = 1;
  ClientConfig client;
  ForwardingConfig forwarding;
  limiters::LimiterParams limiter;  // keys: initial, min and max for the *_limit members
  limiters::QueueParams queue;
  std::vector<PriorityConfig> priorities;  // the most important first; empty: one for all
  PartitionConfig partition_by;            // key: partition_by; not used: nobody is told apart
  ShedConfig shed;
  std::vector<std::string> exempt = {"/healthz", "/livez", "/readyz"};  // paths that skip the gate
  StatusConfig status;
  AdminConfig admin;
  AccessLogConfig access_log;
  LogConfig log;
  Duration drain = std::chrono::seconds(25);  // key: drain_seconds
};

}  // namespace weir::config
