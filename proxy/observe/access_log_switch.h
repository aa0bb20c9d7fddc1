#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "limiters/timeline.h"
#include "proxy/observe/access_log.h"

// Changes which requests are logged while weir runs, and changes it back when that was asked for;
// it does not know how it is asked, nor how a path is opened without keeping the loop waiting.
namespace weir::observe {

// Belongs to the main loop.
class AccessLogSwitch {
 public:
  // For a path to be opened. Then the change is given up.
  static constexpr auto kPatience = std::chrono::seconds(5);

  struct Change {
    AccessLogMode mode = AccessLogMode::kOff;
    std::optional<std::chrono::seconds> lasts = {};  // then as configured again; none: for good
    std::string by;
  };
  enum class Result : uint8_t { kDone, kCannotOpen, kOvertaken };
  // Told once; but for kDone with why nothing has changed.
  using Done = std::function<void(Result result, const std::string& why)>;
  // Told on the main loop: why the log cannot be opened, or nothing.
  using Opened = std::function<void(const std::string& error)>;
  using Open = std::function<void(Opened on_opened)>;

  // What `log` wants now is what is configured. Both outlive the switch.
  AccessLogSwitch(AccessLog& log, limiters::Timeline& timeline, Open open);
  AccessLogSwitch(const AccessLogSwitch&) = delete;
  AccessLogSwitch& operator=(const AccessLogSwitch&) = delete;

  // The last one counts: one that still waits for the path is given up.
  void change(Change change, Done done);

  // Who still waits for an answer is not told any more: nobody is there to tell him.
  void forget();

  const AccessLog& log() const { return log_; }
  AccessLogMode configured() const { return configured_; }
  // The change that is in force; null: what is configured is.
  const Change* in_force() const { return in_force_ ? &*in_force_ : nullptr; }
  // Until it is as configured again; none: nothing will change by itself.
  std::optional<limiters::Duration> left() const;

 private:
  struct Pending {
    Change change;
    Done done;
  };
  void open_for(Pending pending);
  void opened(const std::string& error);
  void give_up(Result result, const std::string& why);
  void carry_out(Change change);
  void go_back();

  AccessLog& log_;
  limiters::Timeline& timeline_;
  const Open open_;
  const AccessLogMode configured_;
  bool is_open_;
  bool opening_ = false;
  std::optional<Pending> pending_;  // until the log is open
  std::optional<Change> in_force_;
  limiters::Timeline::Timer patience_, back_;
  limiters::TimePoint back_at_;
};

}  // namespace weir::observe
