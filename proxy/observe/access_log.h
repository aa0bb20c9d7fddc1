#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proxy/exchange/ending.h"
#include "proxy/observe/access_line.h"
#include "proxy/observe/log_output.h"

// One JSON line for each request that is worth one; it never makes a request wait.
namespace weir::observe {

enum class AccessLogMode : uint8_t { kOff, kErrors, kAll };
std::string_view word_of(AccessLogMode mode);
// None when there is no such mode.
std::optional<AccessLogMode> mode_of(std::string_view word);

// Each worker has a pen with a bounded buffer of its own; one thread carries what they hold to the
// file. When the disk or the pipe is too slow, lines are dropped and counted. Safe from any thread.
class AccessLog {
 public:
  // In all buffers together, but for one line each that may go beyond.
  static constexpr size_t kMostHeldBytes = 4 << 20;

  // Belongs to the log.
  class alignas(64) Pen {
   public:
    explicit Pen(AccessLog& log) : log_(log) {}
    // From one thread only. `start_microseconds`: since 1970, by the wall clock.
    void write(const exchange::ExchangeFacts& facts, int64_t start_microseconds);

   private:
    friend class AccessLog;
    AccessLog& log_;
    AccessLine line_;
    std::mutex mutex_;  // against the writing thread, which holds it for a swap
    std::string held_;  // guarded by mutex_
  };

  // `path`: "stdout", "stderr" or a file, which is appended to. From the writing thread
  // `on_trouble` is told, once until it works again, why lines cannot be written, and
  // `on_reopened` that reopen() is done.
  AccessLog(
      AccessLogMode mode, const std::string& path,
      std::function<void(const std::string& text)> on_trouble,
      std::function<void()> on_reopened = [] {});
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  // As close(), however long that takes.
  ~AccessLog();

  // Not before there is something to write: with kOff nothing is opened. False when the file cannot
  // be; `error` then says why.
  bool open(std::string& error);
  // The same behind open(), when it was kOff; from the writing thread, since a path may keep
  // whoever opens it waiting. That thread tells `on_opened` why it cannot be, or nothing.
  void open_late(std::function<void(const std::string& error)> on_opened);
  // Opens the path again, for whoever has moved the file away; at once, from the writing thread.
  void reopen();
  enum class Farewell : bool { kSaid, kHung };
  static constexpr auto kMostAtEnd = LogOutput::kFarewell + std::chrono::seconds(1);
  // Nothing is written after it. Writes what is held, as far as it is taken within
  // LogOutput::kFarewell. kHung: the system has kept the writing thread for kMostAtEnd, as a dead
  // mount does. Then the log is that thread's, never to be destroyed, and tells nobody anything.
  Farewell close();
  // A new one, for one worker.
  Pen& pen();
  bool wants(const exchange::ExchangeFacts& facts) const;
  // What is wanted from now on; other than kOff only of a log that is open.
  void set_mode(AccessLogMode mode) { mode_.store(mode, std::memory_order_relaxed); }
  AccessLogMode mode() const { return mode_.load(std::memory_order_relaxed); }
  const std::string& path() const { return path_; }
  // Lines that were not written, for want of room or because the system refused.
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  enum class Rest : uint8_t { kShort, kUntilWoken };
  enum class Life : uint8_t { kGoesOn, kEnds };
  enum class Round : uint8_t { kNothing, kSomething };

  void run();
  Life rest(Rest how_long);
  Round carry();
  void write_out(std::string lines);
  std::string open_path();
  void open_again();
  void adopt(int fd);
  void complain(std::string_view what, int error);
  void tell(const std::function<void()>& news);
  void tell_to_end();
  void wake();

  std::atomic<AccessLogMode> mode_;  // orders nothing, hence relaxed
  const std::string path_;
  const std::function<void(const std::string& text)> on_trouble_;
  const std::function<void()> on_reopened_;

  // The writing thread's, once it runs.
  int fd_ = -1;
  bool owns_fd_ = false;
  bool troubled_ = false;
  bool torn_ = false;  // what was written last is not a whole line

  // Figures that order nothing, hence relaxed.
  std::atomic<uint64_t> dropped_{0};
  std::atomic<size_t> most_each_{kMostHeldBytes};
  // Set by the writing thread before it looks at the pens a last time, whose mutexes put that
  // before the next line: so whoever writes it sees that it has to wake the thread.
  std::atomic<bool> asleep_{false};
  std::mutex mutex_;
  std::condition_variable more_, gone_;
  std::unique_ptr<LogOutput> output_;  // the writing thread's; changed and hurried under mutex_
  bool ending_ = false;                // guarded by mutex_
  bool ended_ = false;                 // guarded by mutex_; the writing thread does no more
  bool wanted_ = false;                // guarded by mutex_
  bool reopen_ = false;                // guarded by mutex_
  std::function<void(const std::string& error)> on_opened_;  // guarded by mutex_
  std::vector<std::unique_ptr<Pen>> pens_;                   // guarded by mutex_; only grows
  std::mutex telling_mutex_;  // not mutex_, for which a request may wait
  bool left_behind_ = false;  // guarded by telling_mutex_
  std::thread thread_;
};

}  // namespace weir::observe
