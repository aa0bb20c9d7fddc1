#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limiters/timeline.h"

// What weir says of itself, to standard error; it does not know requests.
namespace weir::observe {

enum class LogFormat : uint8_t { kText, kJson };

// Sets the process's logger up, once. Never blocks its callers: when standard error stalls, the
// oldest lines go. `level`: trace, debug, info, warn or error.
void open_operational_log(LogFormat format, std::string_view level);
// False when there is no such level.
bool set_log_level(std::string_view level);
// Writes what is held, as far as it is taken within LogOutput::kFarewell.
void close_operational_log();

void log_info(std::string_view text);
void log_debug(std::string_view text);
void log_warn(std::string_view text);
void log_error(std::string_view text);

// Says each thing at most once in a while, and then how often it has happened. Safe from any
// thread.
class Seldom {
 public:
  explicit Seldom(limiters::Duration interval) : interval_(interval) {}
  // The text to say now; none when it was said a short while ago.
  std::optional<std::string> say(std::string_view text, limiters::TimePoint now);
  // What has been held back for so long that it is to be said now, though it did not happen again.
  std::vector<std::string> overdue(limiters::TimePoint now);

 private:
  struct Said {
    limiters::TimePoint when;
    int64_t kept_back = 0;
  };
  static constexpr size_t kMostTexts = 100;
  const limiters::Duration interval_;
  std::mutex mutex_;
  std::map<std::string, Said, std::less<>> said_;  // guarded by mutex_
};

}  // namespace weir::observe
