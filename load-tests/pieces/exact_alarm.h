#pragma once

#include <functional>
#include <optional>

#include "proxy/loop/event_loop.h"
#include "proxy/transport/polled_socket.h"

// One alarm to the kernel's full precision, where the loop's own timers count whole milliseconds;
// it does not know what is due.
namespace weir::pieces {

class ExactAlarm final : private transport::SocketEvents {
 public:
  // `loop` outlives it. `on_due` runs in a turn of the loop, may come early, and may set the alarm.
  ExactAlarm(loop::EventLoop& loop, std::function<void()> on_due);
  ExactAlarm(const ExactAlarm&) = delete;
  ExactAlarm& operator=(const ExactAlarm&) = delete;

  // Rings at or before `when`: an earlier ring that is already set is left alone, since a ring for
  // nothing is cheaper than setting it anew.
  void ring_by(loop::TimePoint when);

 private:
  void on_ready(int what) override;
  void on_socket_error() override;
  void set_timer(loop::Duration since_epoch);

  std::function<void()> on_due_;
  transport::PolledSocket timer_;
  std::optional<loop::TimePoint> armed_for_;
};

}  // namespace weir::pieces
