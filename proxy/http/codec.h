#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

// Words that every codec shares, whichever side and version it speaks.
namespace weir::http {

// One request and its response on one connection; unique per connection, never reused.
using StreamId = uint64_t;

enum class End : bool { kNo, kYes };

// Why a message or connection cannot go on. `status` is what a client is told: 400, 408, 413, 414,
// 417, 431, 501, 505 … (on the backend side always read as 502).
struct ProtocolError {
  int status = 400;
  std::string reason;  // for logs and people, e.g. "two Content-Length fields"
};

enum class ResetReason : uint8_t {
  kClientLeft,
  kBackendFailed,
  kTimedOut,
  kProtocol,
  kShutdown,
};

// Bounds on what a peer may send.
struct HeadLimits {
  size_t max_head_bytes = 64 * 1024;
  size_t max_fields = 100;
  size_t max_target_bytes = 16 * 1024;
};

// Of a request body, given out and not consumed(): with so much a codec wants no more input.
inline constexpr size_t kMostOwedBytes = 16 * 1024;
// Of what a client sends behind a request that is still open: with so much, too.
inline constexpr size_t kMostHeldBytes = 64 * 1024;

}  // namespace weir::http
