#pragma once

#include <uv.h>

#include <functional>
#include <initializer_list>

#include "proxy/loop/event_loop.h"

// Tells the loop of one signal to the process; it does not know what the signal should do.
namespace weir::loop {

class SignalWatch {
 public:
  // `loop` outlives it. `on_signal` runs in a turn of the loop, once for each delivery seen; what
  // hold_signals() has kept back of it on this thread comes now. What comes after the watch has no
  // effect any more.
  SignalWatch(EventLoop& loop, int signal_number, std::function<void()> on_signal);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

 private:
  struct Handle;  // outlives the watch until uv has closed it
  Handle* handle_;
};

// On this thread, and those that it starts, such signals wait until they are watched instead of
// ending the process.
void hold_signals(std::initializer_list<int> signal_numbers);

// True while the process ignores that signal, as whoever started it may have wished (nohup).
bool is_ignored(int signal_number);

// A peer that is gone must be a failed write, never the end of the process. At the beginning of
// main.
void ignore_broken_pipes();

}  // namespace weir::loop
