#pragma once

#include <optional>
#include <string>
#include <variant>

#include "config/config.h"
#include "proxy/backend/backend_connection.h"
#include "proxy/client/client_connection.h"
#include "proxy/exchange/exchange.h"
#include "proxy/transport/socket_address.h"

// The configuration in the words of each room; it decides nothing.
namespace weir {

client::ClientParams client_params(const config::ClientConfig& client);
// For one of `workers` loops.
backend::BackendParams backend_params(const config::BackendConfig& backend, int workers);
// `seed`: of the hash that tells partitions apart.
exchange::Classifier classifier(const config::Config& config, uint64_t seed);
limiters::QueueParams queue_params(const config::Config& config);
exchange::ExchangeParams exchange_params(const config::Config& config);

// Where to listen or connect; empty when `endpoint` is a name that has to be resolved first.
std::optional<transport::SocketAddress> numeric_address(const config::Endpoint& endpoint);

}  // namespace weir
