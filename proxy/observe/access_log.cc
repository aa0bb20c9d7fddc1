#include "proxy/observe/access_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace weir::observe {
namespace {

// What a peer sent goes into a line as far as it is ASCII; all else as \u00XX, so that a line is
// always one line and always JSON.
void add_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

void add_text(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ",\"";
  out += name;
  out += "\":";
  add_quoted(out, text);
}

template <typename T>
void add_number(std::string& out, std::string_view name, T value) {
  fmt::format_to(std::back_inserter(out), ",\"{}\":{}", name, value);
}

void add_seconds(std::string& out, std::string_view name,
                 const std::optional<limiters::Duration>& duration) {
  if (duration)
    fmt::format_to(std::back_inserter(out), ",\"{}\":{:.6f}", name,
                   limiters::to_seconds(*duration));
}

}  // namespace

std::string access_line(const exchange::ExchangeFacts& facts, int64_t start_microseconds) {
  std::string out;
  out.reserve(400);
  const auto seconds = static_cast<std::time_t>(start_microseconds / 1000000);
  fmt::format_to(std::back_inserter(out), "{{\"start\":\"{:%Y-%m-%dT%H:%M:%S}.{:06}Z\"",
                 fmt::gmtime(seconds), start_microseconds % 1000000);
  add_text(out, "method", facts.method);
  add_text(out, "path", facts.target);
  add_text(out, "authority", facts.authority);
  add_text(out, "version", facts.version);
  add_number(out, "status", facts.status);
  add_number(out, "bytes_in", facts.request_bytes);
  add_number(out, "bytes_out", facts.response_bytes);
  add_text(out, "ending", exchange::word_of(facts.ending));
  add_text(out, "stage", exchange::word_of(facts.stage));
  if (facts.rejection) {
    add_text(out, "reason", exchange::word_of(*facts.rejection));
    add_text(out, "mode", facts.ending == exchange::Ending::kRejected ? "enforced" : "dry_run");
  }
  add_seconds(out, "queue_wait_seconds", facts.queue_wait);
  add_seconds(out, "connect_seconds", facts.connect);
  add_seconds(out, "backend_seconds", facts.backend);
  add_seconds(out, "total_seconds", facts.total);
  if (facts.retry_after_seconds) add_number(out, "retry_after_seconds", *facts.retry_after_seconds);
  add_number(out, "limit", facts.limit);
  add_number(out, "in_flight", facts.in_flight);
  add_number(out, "waiting", facts.waiting);
  add_text(out, "client", facts.peer_address);
  add_text(out, "request_id", facts.request_id);
  add_text(out, "error", facts.error_text);
  if (facts.retried) out += ",\"retried\":true";
  if (facts.exempt) out += ",\"exempt\":true";
  out += "}\n";
  return out;
}

AccessLog::AccessLog(AccessLogMode mode, const std::string& path,
                     std::function<void(const std::string& text)> on_trouble)
    : mode_(mode), path_(path), on_trouble_(std::move(on_trouble)) {}

bool AccessLog::open(std::string& error) {
  if (mode_ == AccessLogMode::kOff) return true;
  if (path_ == "stdout" || path_ == "stderr") {
    fd_ = path_ == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
  } else {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    owns_fd_ = true;
    if (fd_ < 0) {
      error = fmt::format("cannot open the access log {}: {}", path_, std::strerror(errno));
      return false;
    }
  }
  thread_ = std::thread([this] { run(); });
  return true;
}

AccessLog::~AccessLog() {
  if (thread_.joinable()) {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    more_.notify_one();
    thread_.join();
  }
  if (owns_fd_ && fd_ >= 0) ::close(fd_);
}

bool AccessLog::wants(const exchange::ExchangeFacts& facts) const {
  if (mode_ == AccessLogMode::kAll) return true;
  if (mode_ == AccessLogMode::kOff) return false;
  const bool fine =
      facts.ending == exchange::Ending::kServed || facts.ending == exchange::Ending::kUpgraded;
  return !fine || facts.status >= 500 || facts.rejection;
}

void AccessLog::write(std::string_view line) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (held_.size() + line.size() > kMostHeldBytes) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    first = held_.empty();
    held_ += line;
  }
  if (first) more_.notify_one();
}

void AccessLog::run() {
  std::string lines;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return ending_ || !held_.empty(); });
      if (held_.empty()) return;
      lines.swap(held_);
    }
    write_out(lines);
    lines.clear();
  }
}

void AccessLog::write_out(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t written = ::write(fd_, lines.data(), lines.size());
    if (written >= 0) {
      lines.remove_prefix(static_cast<size_t>(written));
      troubled_ = false;
    } else if (errno != EINTR) {
      const int error = errno;
      dropped_.fetch_add(static_cast<uint64_t>(std::ranges::count(lines, '\n')),
                         std::memory_order_relaxed);
      if (!std::exchange(troubled_, true))
        on_trouble_(fmt::format("cannot write the access log {}: {}", path_, std::strerror(error)));
      return;
    }
  }
}

}  // namespace weir::observe
