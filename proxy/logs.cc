#include "proxy/logs.h"

#include <fmt/format.h>

#include <chrono>

#include "proxy/loop/real_clock.h"
#include "proxy/observe/log_lines.h"

namespace weir {

using std::chrono::seconds;

namespace {

// What happens again and again is logged so often.
constexpr auto kSeldom = seconds(10);

}  // namespace

Logs::Logs(const config::Config& config, loop::EventLoop& loop)
    : loop_(loop),
      seldom_(kSeldom),
      access_log_(std::make_unique<observe::AccessLog>(
          static_cast<observe::AccessLogMode>(config.access_log.mode), config.access_log.path,
          [](const std::string& text) { observe::log_error(text); },
          [this] { observe::log_info("reopened the access log " + access_log_->path()); })),
      access_log_switch_(*access_log_, loop.timeline(),
                         [this](const auto& on_opened) { open_late(on_opened); }) {
  observe::open_operational_log(config.log.format == config::LogFormat::kJson
                                    ? observe::LogFormat::kJson
                                    : observe::LogFormat::kText,
                                config::kLogLevels[static_cast<size_t>(config.log.level)]);
  say_what_was_kept_back();
}

Logs::~Logs() {
  close_access_log();
  for (const std::string& text : seldom_.overdue(loop::steady_now() + kSeldom))
    observe::log_warn(text);
  observe::close_operational_log();
}

void Logs::close_access_log() {
  if (access_log_->close() == observe::AccessLog::Farewell::kHung) {
    observe::log_warn(
        fmt::format("not waiting for the access log {}: the system does not let go of it; its last "
                    "lines are lost",
                    access_log_->path()));
    // The thread that hangs has it, until the process ends.
    static_cast<void>(access_log_.release());
  } else if (const uint64_t lost = access_log_->dropped(); lost > 0) {
    observe::log_warn("the access log has lost " +
                      observe::counted(static_cast<int64_t>(lost), "line"));
  }
}

void Logs::warn_seldom(const std::string& text) {
  if (const auto said = seldom_.say(text, loop::steady_now())) observe::log_warn(*said);
}

void Logs::say_what_was_kept_back() {
  kept_back_ = loop_.timeline().after(seconds(1), [this] { say_what_was_kept_back(); });
  for (const std::string& text : seldom_.overdue(loop_.timeline().now())) observe::log_warn(text);
}

void Logs::open_late(const observe::AccessLogSwitch::Opened& on_opened) {
  access_log_->open_late([this, on_opened](const std::string& error) {
    loop_.post([on_opened, error] { on_opened(error); });
  });
}

}  // namespace weir
