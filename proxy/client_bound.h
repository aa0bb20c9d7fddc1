#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"
#include "proxy/file_limit.h"

// How many clients may be connected at once, and which bound of the host says so; it does not know
// who counts them.
namespace weir {

struct ClientBound {
  int connections = 0;
  std::string reason;                  // for people: where the number comes from
  std::optional<std::string> warning;  // what an operator should know of it
};

// `memory_limit`: bytes, none when nothing is limited. Without a number of the operator's it is as
// many as fit both; with one, no more than the descriptors allow.
ClientBound client_bound(const config::Config& config, const FileLimit& files,
                         std::optional<int64_t> memory_limit);

// What a client connection can easily make weir hold, bytes.
int64_t bytes_of_connection(const config::Config& config);
// How many fit into that much memory when each holds as much; at least 1.
int connections_within(int64_t memory_limit, const config::Config& config);
// The memory that as many need, bytes.
int64_t memory_for(int connections, const config::Config& config);

}  // namespace weir
