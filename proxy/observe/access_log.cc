#include "proxy/observe/access_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weir::observe {
namespace {

constexpr std::array<std::string_view, 3> kModes{"off", "errors", "all"};

// Lines are carried in batches, so that a busy worker does not wake the writing thread for each.
constexpr auto kShortRest = std::chrono::milliseconds(50);

// Of a named pipe that nobody reads, the system says so instead of waiting for a reader.
int open_file(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
}

uint64_t lines_in(std::string_view text) {
  return static_cast<uint64_t>(std::ranges::count(text, '\n'));
}

}  // namespace

std::string_view word_of(AccessLogMode mode) { return kModes[static_cast<size_t>(mode)]; }

std::optional<AccessLogMode> mode_of(std::string_view word) {
  const auto found = std::ranges::find(kModes, word);
  if (found == kModes.end()) return std::nullopt;
  return static_cast<AccessLogMode>(found - kModes.begin());
}

void AccessLog::Pen::write(const exchange::ExchangeFacts& facts, int64_t start_microseconds) {
  const size_t most = log_.most_each_.load(std::memory_order_relaxed);
  bool filling = false;
  {
    const std::lock_guard lock(mutex_);
    const size_t before = held_.size();
    if (before >= most) {
      log_.dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    line_.append(held_, facts, start_microseconds);
    filling = before < most / 4 && held_.size() >= most / 4;
  }
  if (filling || log_.asleep_.load(std::memory_order_relaxed)) log_.wake();
}

AccessLog::AccessLog(AccessLogMode mode, const std::string& path,
                     std::function<void(const std::string& text)> on_trouble,
                     std::function<void()> on_reopened)
    : mode_(mode),
      path_(path),
      on_trouble_(std::move(on_trouble)),
      on_reopened_(std::move(on_reopened)) {}

AccessLog::~AccessLog() {
  if (thread_.joinable()) {
    tell_to_end();
    thread_.join();
  }
  if (owns_fd_) ::close(fd_);
}

AccessLog::Farewell AccessLog::close() {
  if (!thread_.joinable()) return Farewell::kSaid;
  tell_to_end();
  {
    std::unique_lock lock(mutex_);
    if (gone_.wait_for(lock, kMostAtEnd, [this] { return ended_; })) {
      lock.unlock();
      thread_.join();
      return Farewell::kSaid;
    }
  }
  const std::lock_guard lock(telling_mutex_);
  left_behind_ = true;
  thread_.detach();
  return Farewell::kHung;
}

void AccessLog::tell_to_end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    if (output_) output_->hurry();
  }
  more_.notify_one();
}

bool AccessLog::open(std::string& error) {
  if (mode() != AccessLogMode::kOff) error = open_path();
  if (!error.empty()) return false;
  thread_ = std::thread([this] { run(); });
  return true;
}

void AccessLog::open_late(std::function<void(const std::string& error)> on_opened) {
  {
    const std::lock_guard lock(mutex_);
    on_opened_ = std::move(on_opened);
    wanted_ = true;
  }
  more_.notify_one();
}

// Why it cannot be; empty: it is open.
std::string AccessLog::open_path() {
  if (path_ == "stdout" || path_ == "stderr") {
    adopt(path_ == "stdout" ? STDOUT_FILENO : STDERR_FILENO);
    return {};
  }
  const int fd = open_file(path_);
  if (fd < 0) return fmt::format("cannot open the access log {}: {}", path_, std::strerror(errno));
  adopt(fd);
  owns_fd_ = true;
  return {};
}

void AccessLog::adopt(int fd) {
  const std::lock_guard lock(mutex_);
  fd_ = fd;
  output_ = std::make_unique<LogOutput>(fd);
  if (ending_) output_->hurry();
}

void AccessLog::reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
    wanted_ = true;
  }
  more_.notify_one();
}

AccessLog::Pen& AccessLog::pen() {
  const std::lock_guard lock(mutex_);
  pens_.push_back(std::make_unique<Pen>(*this));
  // One share more than there are pens: for what the writing thread has in hand.
  most_each_.store(kMostHeldBytes / (pens_.size() + 1), std::memory_order_relaxed);
  return *pens_.back();
}

bool AccessLog::wants(const exchange::ExchangeFacts& facts) const {
  const AccessLogMode wanted = mode();
  if (wanted == AccessLogMode::kAll) return true;
  if (wanted == AccessLogMode::kOff) return false;
  return !exchange::is_good(facts.ending) || facts.status >= 500 || facts.rejection;
}

void AccessLog::wake() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  more_.notify_one();
}

// ---- the writing thread ----

void AccessLog::run() {
  auto life = Life::kGoesOn;
  while (true) {
    auto how_long = Rest::kShort;
    if (carry() == Round::kNothing) {
      if (life == Life::kEnds) break;
      asleep_.store(true, std::memory_order_relaxed);
      if (carry() == Round::kNothing) how_long = Rest::kUntilWoken;
    }
    life = rest(how_long);
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  gone_.notify_one();
}

// Of a log that was left behind, whoever would be told is no more.
void AccessLog::tell(const std::function<void()>& news) {
  const std::lock_guard lock(telling_mutex_);
  if (!left_behind_) news();
}

AccessLog::Life AccessLog::rest(Rest how_long) {
  std::unique_lock lock(mutex_);
  const auto woken = [this] { return ending_ || wanted_; };
  if (how_long == Rest::kShort)
    more_.wait_for(lock, kShortRest, woken);
  else
    more_.wait(lock, woken);
  asleep_.store(false, std::memory_order_relaxed);
  wanted_ = false;
  const auto life = ending_ ? Life::kEnds : Life::kGoesOn;
  const bool reopening = std::exchange(reopen_, false);
  const auto on_opened = std::exchange(on_opened_, nullptr);
  lock.unlock();
  if (reopening) {
    carry();
    open_again();
  }
  if (on_opened) {
    const std::string error = open_path();
    tell([&] { on_opened(error); });
  }
  return life;
}

AccessLog::Round AccessLog::carry() {
  auto round = Round::kNothing;
  for (size_t i = 0;; ++i) {
    Pen* pen = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (i == pens_.size()) return round;
      pen = pens_[i].get();
    }
    std::string lines;
    {
      const std::lock_guard lock(pen->mutex_);
      lines.swap(pen->held_);
    }
    if (lines.empty()) continue;
    round = Round::kSomething;
    write_out(std::move(lines));
  }
}

void AccessLog::write_out(std::string lines) {
  if (torn_) lines.insert(0, 1, '\n');
  std::string_view left = lines;
  const int error = output_->write(left);
  const size_t written = lines.size() - left.size();
  if (written == 0 && torn_) left.remove_prefix(1);
  if (written > 0) torn_ = lines[written - 1] != '\n';
  if (error == 0) {
    troubled_ = false;
    return;
  }
  dropped_.fetch_add(lines_in(left), std::memory_order_relaxed);
  // Time was over, which close() tells by the number.
  if (error != ETIMEDOUT) complain("write", error);
}

void AccessLog::open_again() {
  if (!owns_fd_) return;
  const int fd = open_file(path_);
  if (fd < 0) return complain("reopen", errno);
  const int before = fd_;
  adopt(fd);
  ::close(before);
  torn_ = false;
  troubled_ = false;
  tell(on_reopened_);
}

void AccessLog::complain(std::string_view what, int error) {
  if (std::exchange(troubled_, true)) return;
  const std::string text =
      fmt::format("cannot {} the access log {}: {}", what, path_, std::strerror(error));
  tell([&] { on_trouble_(text); });
}

}  // namespace weir::observe
