#include "proxy/client_bound.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/loop/event_loop.h"
#include "proxy/observe/log_lines.h"

namespace weir {
namespace {

constexpr int64_t kKibibyte = 1024;
constexpr int64_t kMebibyte = 1024 * kKibibyte;

// The program itself, what the access log holds for a slow reader, and the answers to as many
// status clients as there may be.
constexpr int64_t kBase = 16 * kMebibyte;
// Free blocks and chunks that a worker's thread keeps.
constexpr int64_t kEachWorker = 8 * kMebibyte;
// The objects of a connection and of its exchange, on both sides, and their sockets in the kernel.
constexpr int64_t kObjects = 16 * kKibibyte;
// With memory for fewer a word is due.
constexpr int kFew = 100;

int64_t base_of(const config::Config& config) { return kBase + kEachWorker * config.workers; }

std::string mebibytes(int64_t bytes) { return fmt::format("{} MiB", bytes / kMebibyte); }

std::string by_memory(int64_t memory_limit, const config::Config& config) {
  return fmt::format("the memory limit of {} has room for {}, {} KiB each", mebibytes(memory_limit),
                     connections_within(memory_limit, config),
                     bytes_of_connection(config) / kKibibyte);
}

}  // namespace

// What costs its sender least: half a head, as long as may be, and one read behind it. An answer
// that is not read holds less. Heads, bodies, requests ahead and an answer all at once can be made
// to hold four times as much, by one who works for it; with room for that in mind, hardly any of
// those who mean no harm, and need a few KiB, would be let in.
int64_t bytes_of_connection(const config::Config& config) {
  return static_cast<int64_t>(config.client.max_head_size + loop::EventLoop::kScratchBytes) +
         kObjects;
}

int connections_within(int64_t memory_limit, const config::Config& config) {
  const int64_t left = memory_limit - base_of(config);
  return static_cast<int>(std::clamp<int64_t>(left / bytes_of_connection(config), 1, 10'000'000));
}

int64_t memory_for(int connections, const config::Config& config) {
  return base_of(config) + connections * bytes_of_connection(config);
}

ClientBound client_bound(const config::Config& config, const FileLimit& files,
                         std::optional<int64_t> memory_limit) {
  const auto& wanted = config.client.max_connections;
  const int in_files = files.max_connections;
  const int in_memory = memory_limit ? connections_within(*memory_limit, config) : in_files;
  const std::string by_files =
      fmt::format("the limit of {} open files leaves room for {}", files.open_files,
                  observe::counted(in_files, "client connection"));
  if (wanted && *wanted > in_files)
    return {
        in_files, "limit on open files",
        fmt::format("client.max_connections is {}, but {}; no more are let in", *wanted, by_files)};
  if (wanted && *wanted > in_memory)
    return {*wanted, "client.max_connections",
            fmt::format("client.max_connections is {}, but {}: more may be the end of weir",
                        *wanted, by_memory(*memory_limit, config))};
  if (wanted) return {*wanted, "client.max_connections", std::nullopt};
  if (in_memory < in_files) {
    ClientBound bound{in_memory, by_memory(*memory_limit, config), std::nullopt};
    if (in_memory < kFew) bound.warning = bound.reason + "; raise it";
    return bound;
  }
  ClientBound bound{in_files, "limit on open files", std::nullopt};
  if (in_files < kUsualConnections)
    bound.warning = by_files + "; raise LimitNOFILE or `ulimit -Hn`";
  return bound;
}

}  // namespace weir
