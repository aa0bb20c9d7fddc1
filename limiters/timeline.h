#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
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
//
// A heap of four children to each, whose entries know where their actions are, and these where
// their entries are: a timer that comes and goes with each request costs no search, and when as
// many have waited at once before it takes nothing from the allocator.
class Timeline {
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
    Timer(Timeline& timeline, uint64_t id, uint32_t slot)
        : timeline_(&timeline), id_(id), slot_(slot) {}
    Timeline* timeline_ = nullptr;
    uint64_t id_ = 0;
    uint32_t slot_ = 0;
  };

  explicit Timeline(TimePoint start) : now_(start) {}
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
  using Action = std::function<void()>;
  struct Entry {
    TimePoint when;
    uint64_t id;  // in order of insertion
    uint32_t slot;

    bool before(const Entry& other) const {
      return when != other.when ? when < other.when : id < other.id;
    }
  };
  struct Slot {
    Action action;
    uint64_t id = kNone;     // kNone: nothing waits here
    size_t in_heap = kNone;  // kNone: not yet
  };
  static constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

  bool waits(uint64_t id, uint32_t slot) const { return slots_[slot].id == id; }
  uint32_t take_slot();
  // Its action, which is nowhere else then.
  Action let_go(uint32_t slot) noexcept;
  void push(const Entry& entry);
  void remove(size_t in_heap) noexcept;
  void place(const Entry& entry, size_t in_heap) noexcept;
  void move_up(Entry entry, size_t in_heap) noexcept;
  void move_down(Entry entry, size_t in_heap) noexcept;

  TimePoint now_;
  uint64_t inserted_ = 0;
  bool running_ = false;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;  // of those
  std::vector<Entry> heap_;
  std::vector<Entry> next_run_;  // due already when they were added during a run; they wait for the
                                 // next one, unless cancelled meanwhile
};

}  // namespace weir::limiters
