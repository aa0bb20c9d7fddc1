#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "proxy/exchange/ending.h"

// One JSON line for each request that is worth one; it never makes a request wait.
namespace weir::observe {

enum class AccessLogMode : uint8_t { kOff, kErrors, kAll };

// Lines go to a bounded buffer and from there to the file by a thread of its own. When the disk or
// the pipe is too slow, lines are dropped and counted. Safe from any thread.
class AccessLog {
 public:
  static constexpr size_t kMostHeldBytes = 4 << 20;

  // `path`: "stdout", "stderr" or a file, which is appended to. `on_trouble` is told, from the
  // writing thread and once until it works again, why lines cannot be written.
  AccessLog(AccessLogMode mode, const std::string& path,
            std::function<void(const std::string& text)> on_trouble);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  // Writes what is held.
  ~AccessLog();

  // False when the file cannot be opened; `error` then says why.
  bool open(std::string& error);
  bool wants(const exchange::ExchangeFacts& facts) const;
  void write(std::string_view line);
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void run();
  void write_out(std::string_view lines);

  const AccessLogMode mode_;
  const std::string path_;
  const std::function<void(const std::string& text)> on_trouble_;
  int fd_ = -1;
  bool owns_fd_ = false;
  bool troubled_ = false;  // the writing thread's
  std::atomic<uint64_t> dropped_{0};
  std::mutex mutex_;
  std::condition_variable more_;
  std::string held_;     // guarded by mutex_
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

// The line, with its newline; `start` is when the request arrived by the wall clock, in
// microseconds since 1970.
std::string access_line(const exchange::ExchangeFacts& facts, int64_t start_microseconds);

}  // namespace weir::observe
