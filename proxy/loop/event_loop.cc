#include "proxy/loop/event_loop.h"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "proxy/loop/real_clock.h"

namespace weir::loop {

namespace {

using std::chrono::milliseconds;

// uv refuses these only when it has no descriptors left before any work began. Other threads may
// run already, so that nothing is taken down in order.
void need(int uv_result) {
  if (uv_result == 0) return;
  std::fprintf(stderr, "weir: no event loop: %s\n", uv_strerror(uv_result));
  std::_Exit(1);
}

}  // namespace

EventLoop::EventLoop(int sockets_per_turn)
    : timeline_(steady_now()),
      scratch_(new std::byte[kScratchBytes]),
      sockets_per_turn_(sockets_per_turn) {
  need(uv_loop_init(&uv_));
  uv_.data = this;
  need(uv_timer_init(&uv_, &timer_));
  need(uv_async_init(&uv_, &wake_, [](uv_async_t* wake) {
    EventLoop& loop = of(wake->loop);
    const Turn turn(loop);
    loop.run_posted();
  }));
  need(uv_check_init(&uv_, &polled_));
  need(uv_check_start(&polled_, [](uv_check_t* polled) { of(polled->loop).end_poll(); }));
}

EventLoop::~EventLoop() {
  std::vector<std::unique_ptr<Straggler>> stragglers = std::move(stragglers_);
  stragglers.clear();
  {
    std::vector<std::function<void()>> unrun;
    const std::lock_guard lock(posted_mutex_);
    unrun.swap(posted_);
  }
  turn_queue_.run();
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&polled_), nullptr);
  uv_walk(
      &uv_, []([[maybe_unused]] uv_handle_t* handle, void*) { assert(uv_is_closing(handle) != 0); },
      nullptr);
  uv_run(&uv_, UV_RUN_DEFAULT);
  if (uv_loop_close(&uv_) != 0) std::abort();
}

void EventLoop::run() {
  // What was asked for before the loop ran has had no turn yet.
  { const Turn turn(*this); }
  uv_run(&uv_, UV_RUN_DEFAULT);
}

void EventLoop::stop() {
  post([this] { uv_stop(&uv_); });
}

void EventLoop::post(std::function<void()> task) {
  bool first = false;
  {
    const std::lock_guard lock(posted_mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(task));
  }
  // One wake drains everything, so only the first needs to ask for it.
  if (first) uv_async_send(&wake_);
}

void EventLoop::run_posted() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard lock(posted_mutex_);
    tasks.swap(posted_);
  }
  for (auto& task : tasks) std::exchange(task, nullptr)();
}

void EventLoop::keep(std::unique_ptr<Straggler> straggler) {
  straggler->place_ = stragglers_.size();
  stragglers_.push_back(std::move(straggler));
}

bool EventLoop::stragglers_need_time() const {
  return std::ranges::any_of(stragglers_, [](const auto& one) { return one->needs_time(); });
}

void EventLoop::let_go(Straggler& straggler) {
  const size_t place = straggler.place_;
  assert(stragglers_[place].get() == &straggler);
  std::swap(stragglers_[place], stragglers_.back());
  stragglers_[place]->place_ = place;
  turn_queue_.bury(std::move(stragglers_.back()));
  stragglers_.pop_back();
}

void EventLoop::begin_turn() {
  turn_began_ = steady_now();
  timeline_.run_until(turn_began_);
}

void EventLoop::catch_up() { timeline_.run_until(steady_now()); }

void EventLoop::end_turn() {
  turn_queue_.run();
  const TimePoint now = steady_now();
  const auto due = [&] {
    const auto next = timeline_.next();
    return next && *next <= now;
  };
  timeline_.run_until(now);
  while (!turn_queue_.empty() || due()) {
    turn_queue_.run();
    timeline_.run_until(now);
  }
  arm_timer(now);
  count_turn(now - turn_began_);
}

void EventLoop::begin_socket() {
  // Not behind the last of them, for only now is it known that the poll has reported one more.
  if (sockets_ >= sockets_per_turn_ || answer_now_) end_sockets();
  if (sockets_ == 0) {
    assert(depth_ == 0);
    depth_ = 1;
    begin_turn();
  } else {
    catch_up();
  }
}

void EventLoop::end_sockets() {
  if (sockets_ == 0) return;
  reported_ += static_cast<size_t>(std::exchange(sockets_, 0));
  answer_now_ = false;
  end_turn();
  depth_ = 0;
  if (reported_ >= kReportedAtOnce) begin_number();
}

void EventLoop::begin_number() {
  ++poll_number_;
  reported_ = 0;
}

void EventLoop::end_poll() {
  all_heard_ = true;
  end_sockets();
  all_heard_ = false;
  begin_number();
}

// Nearly every turn is short, so the search for its class ends after a step or two.
void EventLoop::count_turn(Duration length) {
  busy_.store(busy_.load(std::memory_order_relaxed) + length.count(), std::memory_order_relaxed);
  size_t place = 0;
  while (place < kTurnBounds.size() && length > kTurnBounds[place]) ++place;
  turns_[place].store(turns_[place].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

EventLoop::TurnCounts EventLoop::turns() const {
  TurnCounts counts{};
  for (size_t i = 0; i < counts.size(); ++i) counts[i] = turns_[i].load(std::memory_order_relaxed);
  return counts;
}

// The timer is left alone while it fires early enough: most deadlines move later or are never
// missed, and a wake for nothing is cheaper than arming it in each turn.
void EventLoop::arm_timer(TimePoint now) {
  const auto next = timeline_.next();
  if (!next || (armed_ && armed_for_ <= *next)) return;
  if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&timer_)) != 0) return;
  armed_ = true;
  armed_for_ = *next;
  // uv counts whole milliseconds of the same clock, from a time it has read some callbacks ago.
  uv_update_time(&uv_);
  const auto delay = std::chrono::ceil<milliseconds>(*next) - std::chrono::floor<milliseconds>(now);
  uv_timer_start(
      &timer_,
      [](uv_timer_t* timer) {
        EventLoop& loop = of(timer->loop);
        loop.armed_ = false;
        const Turn turn(loop);
      },
      static_cast<uint64_t>(delay.count()), 0);
}

}  // namespace weir::loop
