#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

// What time it is, and what happens next; it does not know where time comes from: an event loop, a
// test and a simulator each drive it their own way.
namespace weir::limiters {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

// `seconds` may be any finite number; fractions of a nanosecond are cut off.
constexpr Duration from_seconds(double seconds) {
  return Duration(static_cast<int64_t>(seconds * 1e9));
}
constexpr double to_seconds(Duration duration) {
  return static_cast<double>(duration.count()) * 1e-9;
}

// One per loop, never shared between threads. Outlives its timers.
class Timeline {
  using Key = std::pair<TimePoint, uint64_t>;

 public:
  // Destroying it cancels the action. Move-only; an empty one owns nothing.
  class Timer {
   public:
    Timer() = default;
    Timer(Timer&& other) noexcept;
    Timer& operator=(Timer&& other) noexcept;
    ~Timer() { cancel(); }
    void cancel() noexcept;
    // True until the action has started or was cancelled.
    bool pending() const noexcept;

   private:
    friend class Timeline;
    Timer(Timeline& timeline, Key key) : timeline_(&timeline), key_(key) {}
    Timeline* timeline_ = nullptr;
    Key key_;
  };

  explicit Timeline(TimePoint start) : now_(start) { spare_.reserve(kMostSpare); }
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  TimePoint now() const { return now_; }

  // Runs `action` at `when`; a time that is not after now() means: in the next run_until().
  [[nodiscard]] Timer at(TimePoint when, std::function<void()> action);
  [[nodiscard]] Timer after(Duration delay, std::function<void()> action) {
    return at(now_ + delay, std::move(action));
  }

  // The earliest action waiting, if any.
  std::optional<TimePoint> next() const;

  // Runs every action due at or before `t`, each with now() at its own time; ties run in order of
  // insertion. Time never goes back: an earlier `t` only runs what is overdue.
  void run_until(TimePoint t);

 private:
  using Actions = std::map<Key, std::function<void()>>;
  static constexpr size_t kMostSpare = 64;

  void let_go(Actions::node_type done) noexcept;

  TimePoint now_;
  uint64_t inserted_ = 0;
  bool running_ = false;
  Actions actions_;
  Actions next_run_;  // due already when they were added during a run; they wait for the next one
  // Used again, so that a timer that comes and goes with each request takes nothing from the
  // allocator.
  std::vector<Actions::node_type> spare_;
};

}  // namespace weir::limiters
