#pragma once

#include <memory>
#include <string>

#include "config/config.h"
#include "proxy/loop/event_loop.h"
#include "proxy/observe/access_log.h"
#include "proxy/observe/access_log_switch.h"
#include "proxy/observe/operational_log.h"

// What the process writes: of itself to standard error, of requests to the access log; it does not
// know what there is to say.
namespace weir {

class Logs {
 public:
  // There is one. Both outlive it.
  Logs(const config::Config& config, loop::EventLoop& loop);
  Logs(const Logs&) = delete;
  Logs& operator=(const Logs&) = delete;
  // Behind all who write: carries out what is held.
  ~Logs();

  // Says what happens again and again, but seldom. Safe from any thread.
  void warn_seldom(const std::string& text);
  observe::AccessLog& access_log() { return *access_log_; }
  observe::AccessLogSwitch& access_log_switch() { return access_log_switch_; }

 private:
  void close_access_log();
  void say_what_was_kept_back();
  void open_late(const observe::AccessLogSwitch::Opened& on_opened);

  loop::EventLoop& loop_;
  observe::Seldom seldom_;
  std::unique_ptr<observe::AccessLog> access_log_;
  observe::AccessLogSwitch access_log_switch_;
  limiters::Timeline::Timer kept_back_;
};

}  // namespace weir
