#include "load-tests/pieces/exact_alarm.h"

#include <sys/timerfd.h>

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace weir::pieces {

using loop::Duration;
using loop::TimePoint;

ExactAlarm::ExactAlarm(loop::EventLoop& loop, std::function<void()> on_due)
    : on_due_(std::move(on_due)),
      timer_(transport::Fd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC))) {
  if (timer_.fd() < 0 || !timer_.watch(loop, *this)) {
    std::fputs("no timer can be made: too few file descriptors\n", stderr);
    std::abort();
  }
  timer_.arm(UV_READABLE);
}

void ExactAlarm::ring_by(TimePoint when) {
  if (armed_for_ && *armed_for_ <= when) return;
  armed_for_ = when;
  // Zero would disarm it.
  set_timer(std::max(when.time_since_epoch(), Duration(1)));
}

void ExactAlarm::on_ready(int) {
  armed_for_.reset();
  on_due_();
  // Setting it anew has cleared the ring; otherwise it would be reported without end.
  if (!armed_for_) set_timer(Duration(0));
}

void ExactAlarm::on_socket_error() { assert(false); }

void ExactAlarm::set_timer(Duration since_epoch) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_epoch);
  itimerspec spec{};
  spec.it_value.tv_sec = whole.count();
  spec.it_value.tv_nsec = (since_epoch - whole).count();
  [[maybe_unused]] const int result =
      ::timerfd_settime(timer_.fd(), TFD_TIMER_ABSTIME, &spec, nullptr);
  assert(result == 0);
}

}  // namespace weir::pieces
