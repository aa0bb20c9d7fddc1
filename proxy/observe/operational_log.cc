#include "proxy/observe/operational_log.h"

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "proxy/observe/log_lines.h"
#include "proxy/observe/log_output.h"

namespace weir::observe {
namespace {

constexpr size_t kHeldLines = 8192;

// %* : the message as a JSON string.
class QuotedMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string text(message.payload.data(), message.payload.size());
    const std::string quoted =
        nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return spdlog::details::make_unique<QuotedMessage>();
  }
};

// Standard error, as far as somebody takes it.
class StandardError final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void hurry() { output_.hurry(); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view text(line.data(), line.size());
    output_.write(text);
  }
  void flush_() override {}

  LogOutput output_{STDERR_FILENO};
};

std::optional<spdlog::level::level_enum> level_of(std::string_view word) {
  if (word == "trace") return spdlog::level::trace;
  if (word == "debug") return spdlog::level::debug;
  if (word == "info") return spdlog::level::info;
  if (word == "warn") return spdlog::level::warn;
  if (word == "error") return spdlog::level::err;
  return std::nullopt;
}

}  // namespace

void open_operational_log(LogFormat format, std::string_view level) {
  spdlog::init_thread_pool(kHeldLines, 1);
  auto logger = spdlog::create_async_nb<StandardError>("weir");
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<QuotedMessage>('*');
  formatter->set_pattern(format == LogFormat::kJson
                             ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","level":"%l","message":%*})"
                             : "%Y-%m-%dT%H:%M:%S.%fZ %-7l %v");
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(std::move(logger));
  set_log_level(level);
}

bool set_log_level(std::string_view level) {
  const auto wanted = level_of(level);
  if (wanted) spdlog::set_level(*wanted);
  return wanted.has_value();
}

void close_operational_log() {
  if (const auto logger = spdlog::get("weir"))
    for (const auto& sink : logger->sinks())
      if (auto* standard_error = dynamic_cast<StandardError*>(sink.get())) standard_error->hurry();
  spdlog::shutdown();
}

void log_info(std::string_view text) { spdlog::info("{}", text); }
void log_debug(std::string_view text) { spdlog::debug("{}", text); }
void log_warn(std::string_view text) { spdlog::warn("{}", text); }
void log_error(std::string_view text) { spdlog::error("{}", text); }

std::optional<std::string> Seldom::say(std::string_view text, limiters::TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (said_.size() > kMostTexts) said_.clear();
  auto found = said_.find(text);
  if (found == said_.end()) {
    said_.emplace(text, Said{now, 0});
    return std::string(text);
  }
  Said& said = found->second;
  if (now - said.when < interval_) {
    ++said.kept_back;
    return std::nullopt;
  }
  std::string again(text);
  if (said.kept_back > 0) again += fmt::format(" (and {} before)", counted(said.kept_back, "time"));
  said = {now, 0};
  return again;
}

std::vector<std::string> Seldom::overdue(limiters::TimePoint now) {
  std::vector<std::string> texts;
  const std::lock_guard lock(mutex_);
  for (auto at = said_.begin(); at != said_.end();) {
    Said& said = at->second;
    if (now - said.when < interval_) {
      ++at;
    } else if (said.kept_back == 0) {
      at = said_.erase(at);
    } else {
      texts.push_back(fmt::format("{} ({} more)", at->first, counted(said.kept_back, "time")));
      said = {now, 0};
      ++at;
    }
  }
  return texts;
}

}  // namespace weir::observe
