#pragma once

#include <uv.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "limiters/timeline.h"

// One thread's loop: turns uv's callbacks and the clock into a Timeline; it does not know what runs
// on it.
namespace weir::loop {

using limiters::Duration;
using limiters::Timeline;
using limiters::TimePoint;

// Created, run and destroyed on one thread; only post() and stop() may be called from others.
// Outlives everything that runs on it.
class EventLoop {
 public:
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  // Runs what is left of closing handles.
  ~EventLoop();

  // Opens every uv callback: brings the timeline to the real time; at its end runs what became due,
  // empties the graveyard and arms the one uv timer. Nests: only the outermost turn does so.
  class Turn {
   public:
    explicit Turn(EventLoop& loop);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    EventLoop& loop_;
  };

  Timeline& timeline() { return timeline_; }
  uv_loop_t* uv() { return &uv_; }

  // Runs until stop(). Posted tasks and timers run inside.
  void run();
  // Safe from any thread.
  void stop();
  // Runs `task` on this loop's thread in a later turn; safe from any thread, never blocks long.
  // Tasks posted after the loop has ended are destroyed unrun.
  void post(std::function<void()> task);

  // Keeps `object` until the current turn has ended: for what must die while its own code is on the
  // stack.
  template <typename T>
  void bury(std::unique_ptr<T> object) {
    graveyard_.push_back(std::shared_ptr<void>(std::move(object)));
  }

  // One read buffer for all transports of this loop: parse from it, copy what must stay.
  static constexpr size_t kScratchBytes = 64 * 1024;
  std::span<std::byte> scratch() { return {scratch_.get(), kScratchBytes}; }

  // Time spent in callbacks since the start, and the longest single turn since the last call; for
  // weir_loop_*.
  Duration busy() const { return busy_; }
  Duration take_longest_turn();

 private:
  void begin_turn();
  void end_turn();
  void arm_timer();
  void run_posted();

  uv_loop_t uv_;
  uv_timer_t timer_;
  uv_async_t wake_;
  Timeline timeline_;
  std::unique_ptr<std::byte[]> scratch_;
  std::vector<std::shared_ptr<void>> graveyard_;
  int depth_ = 0;
  TimePoint turn_began_;
  TimePoint armed_for_;
  bool armed_ = false;
  Duration busy_{0};
  Duration longest_turn_{0};
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
  bool ended_ = false;  // guarded by posted_mutex_
};

}  // namespace weir::loop
