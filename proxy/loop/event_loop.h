#pragma once

#include <uv.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "limiters/timeline.h"
#include "proxy/loop/turn_queue.h"

// One thread's loop: turns uv's callbacks and the clock into a Timeline; it does not know what runs
// on it.
namespace weir::loop {

using limiters::Duration;
using limiters::Timeline;
using limiters::TimePoint;

// Created, run and destroyed on one thread; only post(), stop() and the figures may be used from
// others. Outlives everything that runs on it. What is asked of it or of its timeline outside a
// turn waits for the next one; run() begins with one.
class EventLoop {
 public:
  // How many sockets a SocketTurn goes on over, at least 1; more costs less CPU for each and lets
  // the first of them wait for the others.
  explicit EventLoop(int sockets_per_turn = 1);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  // Destroys stragglers and tasks never run, then waits for handles and queries that are closing. A
  // handle that somebody forgot to close is a bug.
  ~EventLoop();

  // Opens every uv callback: brings the timeline to the real time. At its end runs the turn queue
  // and what became due, until both are quiet, and arms the one uv timer. Nests: only the outermost
  // turn does so, which may be that of the sockets around it.
  class Turn {
   public:
    explicit Turn(EventLoop& loop) : loop_(loop) {
      if (loop_.depth_++ == 0) {
        loop_.begin_turn();
      } else if (loop_.sockets_ > 0) {
        loop_.catch_up();
      }
    }
    ~Turn() {
      if (loop_.depth_ == 1) loop_.end_turn();
      --loop_.depth_;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    EventLoop& loop_;
  };

  // Opens the callback of a socket instead. One turn goes on over several of those that a poll
  // reports: first all are read, then all are answered, which costs less than to change between the
  // two with each. The time is brought up to date for every one of them. No turn may be open
  // around.
  class SocketTurn {
   public:
    explicit SocketTurn(EventLoop& loop) : loop_(loop) { loop_.begin_socket(); }
    ~SocketTurn() { ++loop_.sockets_; }
    SocketTurn(const SocketTurn&) = delete;
    SocketTurn& operator=(const SocketTurn&) = delete;

   private:
    EventLoop& loop_;
  };
  // The turn of the sockets ends with the present one: so much was read that it would not be at
  // hand any more when its time to be sent came.
  void answer_sockets_now() { answer_now_ = true; }
  // In a turn that ends: it has gone on over the last of the sockets that the poll has reported.
  // Else there are more to be heard, or it is another's turn and cannot be known.
  bool all_heard() const { return all_heard_; }
  // As many sockets as the system reports to uv at once. Where that many were ready, uv asks again
  // within the same poll.
  static constexpr size_t kReportedAtOnce = 1024;
  // Of the system's present report, or of the one to come; the next begins with a turn.
  uint32_t poll_number() const { return poll_number_; }

  // Something that goes on by itself after its owner has let go, until it is done or the loop ends.
  class Straggler {
   public:
    virtual ~Straggler() = default;
    // Something is lost when the loop ends now.
    virtual bool needs_time() const = 0;

   private:
    friend class EventLoop;
    size_t place_ = 0;
  };

  Timeline& timeline() { return timeline_; }
  TurnQueue& turn_queue() { return turn_queue_; }
  uv_loop_t* uv() { return &uv_; }
  // The loop that a uv handle belongs to.
  static EventLoop& of(const uv_loop_t* uv) { return *static_cast<EventLoop*>(uv->data); }

  // Runs until stop(), which may also have come before. Posted tasks and timers run inside.
  void run();
  // Safe from any thread; run() returns after the present turn.
  void stop();
  // Runs `task` on this loop's thread in a later turn; safe from any thread, never blocks long.
  // What the loop has not run when it dies is destroyed unrun.
  void post(std::function<void()> task);

  void keep(std::unique_ptr<Straggler> straggler);
  // It is done: destroyed at the end of this turn.
  void let_go(Straggler& straggler);
  size_t stragglers() const { return stragglers_.size(); }
  // One of them does.
  bool stragglers_need_time() const;

  // One read buffer for all transports of this loop: parse from it, copy what must stay. Many write
  // 64 KiB at once; with a head before it that is still one read.
  static constexpr size_t kScratchBytes = 68 * 1024;
  std::span<std::byte> scratch() { return {scratch_.get(), kScratchBytes}; }

  // Time spent in turns since the start, without timers that fell due during the turn itself.
  Duration busy() const { return Duration(busy_.load(std::memory_order_relaxed)); }
  // Upper bounds of the classes in which turns are counted by their length, shortest first; the
  // last class has none.
  static constexpr auto kTurnBounds = std::to_array<Duration>(
      {std::chrono::microseconds(20), std::chrono::microseconds(50), std::chrono::microseconds(100),
       std::chrono::microseconds(200), std::chrono::microseconds(500), std::chrono::milliseconds(1),
       std::chrono::milliseconds(2), std::chrono::milliseconds(5), std::chrono::milliseconds(10),
       std::chrono::milliseconds(50), std::chrono::milliseconds(200), std::chrono::seconds(1)});
  using TurnCounts = std::array<uint64_t, kTurnBounds.size() + 1>;
  // Turns since the start, by class; busy() is the sum of their lengths.
  TurnCounts turns() const;

 private:
  void begin_turn();
  void catch_up();
  void end_turn();
  void begin_socket();
  void end_sockets();
  void begin_number();
  void end_poll();
  void count_turn(Duration length);
  void arm_timer(TimePoint now);
  void run_posted();

  uv_loop_t uv_;
  uv_timer_t timer_;
  uv_async_t wake_;
  uv_check_t polled_;  // runs behind each poll
  Timeline timeline_;
  TurnQueue turn_queue_;
  std::unique_ptr<std::byte[]> scratch_;
  std::vector<std::unique_ptr<Straggler>> stragglers_;
  int depth_ = 0;
  const int sockets_per_turn_;
  bool answer_now_ = false;  // the turn of the sockets goes on over no more
  int sockets_ = 0;          // reported in the present turn; none: it is not theirs
  size_t reported_ = 0;      // before it, under the present number
  bool all_heard_ = false;   // the turn ends behind the poll
  uint32_t poll_number_ = 1;
  TimePoint turn_began_;
  TimePoint armed_for_;
  bool armed_ = false;
  // Written by the loop, read by whoever shows metrics; figures that order nothing, hence relaxed.
  std::atomic<Duration::rep> busy_{0};
  std::array<std::atomic<uint64_t>, kTurnBounds.size() + 1> turns_{};
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by posted_mutex_
};

}  // namespace weir::loop
