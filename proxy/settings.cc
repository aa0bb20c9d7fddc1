#include "proxy/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/loop/real_clock.h"

namespace weir {

client::ClientParams client_params(const config::ClientConfig& client) {
  client::ClientParams params;
  params.request_limits = {.max_head_bytes = client.max_head_size,
                           .max_fields = static_cast<size_t>(client.max_fields),
                           .max_target_bytes = client.max_target_size};
  params.request_head_timeout = client.request_head_timeout;
  params.idle_timeout = client.idle_timeout;
  params.body_stall_timeout = client.body_stall_timeout;
  params.half_close = client.half_close == config::HalfClose::kServe ? client::HalfClose::kServe
                                                                     : client::HalfClose::kCancel;
  return params;
}

backend::BackendParams backend_params(const config::BackendConfig& backend, int workers) {
  backend::BackendParams params;
  params.response_head_timeout = backend.response_head_timeout;
  params.body_stall_timeout = backend.body_stall_timeout;
  params.idle_timeout = backend.idle_timeout;
  const int share = (backend.max_idle_connections + workers - 1) / workers;
  params.max_idle_connections = static_cast<size_t>(std::max(share, 0));
  params.response_limits.max_head_bytes = backend.max_head_size;
  params.response_limits.max_fields = static_cast<size_t>(backend.max_fields);
  return params;
}

exchange::Classifier classifier(const config::Config& config, uint64_t seed) {
  std::vector<exchange::PriorityRule> priorities;
  for (const config::PriorityConfig& each : config.priorities)
    priorities.push_back({each.name, each.path, each.header, each.value});
  return exchange::Classifier(config.exempt, std::move(priorities),
                              {.client_address = config.partition_by.client_address,
                               .header = config.partition_by.header,
                               .seed = seed});
}

limiters::QueueParams queue_params(const config::Config& config) {
  limiters::QueueParams params = config.queue;
  params.priorities = std::max<size_t>(1, config.priorities.size());
  params.partitioned = config.partition_by.used();
  return params;
}

exchange::ExchangeParams exchange_params(const config::Config& config) {
  exchange::ExchangeParams params;
  const std::string& name = config.forwarding.via_name;
  params.forwarding = {.via_name = name,
                       .pseudonym = fmt::format("{} ({:016x})", name, loop::random_seed()),
                       .via = config.forwarding.via,
                       .x_forwarded = config.forwarding.x_forwarded,
                       .forwarded = config.forwarding.forwarded};
  params.max_body_bytes = config.client.max_body_size;
  params.overload_statuses = config.backend.overload_statuses;
  params.reveal_reason = config.shed.reveal_reason;
  return params;
}

std::optional<transport::SocketAddress> numeric_address(const config::Endpoint& endpoint) {
  if (!endpoint.path.empty()) return transport::SocketAddress::from_unix_path(endpoint.path);
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  return transport::SocketAddress::from_numeric(host, endpoint.port);
}

}  // namespace weir
