#include "limiters/timeline.h"

#include <algorithm>

namespace weir::limiters {
namespace {

constexpr size_t kChildren = 4;

}  // namespace

Timeline::Timer::Timer(Timer&& other) noexcept
    : timeline_(std::exchange(other.timeline_, nullptr)), id_(other.id_), slot_(other.slot_) {}

Timeline::Timer& Timeline::Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    timeline_ = std::exchange(other.timeline_, nullptr);
    id_ = other.id_;
    slot_ = other.slot_;
  }
  return *this;
}

void Timeline::Timer::cancel() noexcept {
  if (timeline_ == nullptr) return;
  Timeline& timeline = *std::exchange(timeline_, nullptr);
  if (!timeline.waits(id_, slot_)) return;
  if (const size_t in_heap = timeline.slots_[slot_].in_heap; in_heap != kNone)
    timeline.remove(in_heap);
  // The action may own what owns this timer, so it dies when all of this is done.
  const Action action = timeline.let_go(slot_);
}

bool Timeline::Timer::pending() const noexcept {
  return timeline_ != nullptr && timeline_->waits(id_, slot_);
}

Timeline::Timer Timeline::at(TimePoint when, std::function<void()> action) {
  const bool overdue = when <= now_;
  const uint32_t slot = take_slot();
  const Entry entry{std::max(when, now_), inserted_++, slot};
  if (running_ && overdue)
    next_run_.push_back(entry);
  else
    push(entry);
  slots_[slot].action = std::move(action);
  slots_[slot].id = entry.id;
  return Timer(*this, entry.id, slot);
}

std::optional<TimePoint> Timeline::next() const {
  // What waits for the next run is due.
  for (const Entry& entry : next_run_)
    if (waits(entry.id, entry.slot)) return entry.when;
  if (heap_.empty()) return std::nullopt;
  return heap_.front().when;
}

void Timeline::run_until(TimePoint t) {
  running_ = true;
  while (!heap_.empty() && heap_.front().when <= std::max(t, now_)) {
    const Entry next = heap_.front();
    remove(0);
    now_ = std::max(now_, next.when);
    const Action action = let_go(next.slot);
    action();
  }
  now_ = std::max(now_, t);
  running_ = false;
  for (const Entry& entry : next_run_)
    if (waits(entry.id, entry.slot)) push(entry);
  next_run_.clear();
}

uint32_t Timeline::take_slot() {
  if (free_.empty()) {
    slots_.emplace_back();
    free_.reserve(slots_.capacity());  // what is let go of has to find room
    return static_cast<uint32_t>(slots_.size() - 1);
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  return slot;
}

Timeline::Action Timeline::let_go(uint32_t slot) noexcept {
  slots_[slot].id = kNone;
  slots_[slot].in_heap = kNone;
  free_.push_back(slot);
  return std::exchange(slots_[slot].action, nullptr);
}

void Timeline::push(const Entry& entry) {
  heap_.push_back(entry);
  move_up(entry, heap_.size() - 1);
}

void Timeline::remove(size_t in_heap) noexcept {
  const Entry last = heap_.back();
  heap_.pop_back();
  if (in_heap == heap_.size()) return;
  const bool up = in_heap > 0 && last.before(heap_[(in_heap - 1) / kChildren]);
  if (up)
    move_up(last, in_heap);
  else
    move_down(last, in_heap);
}

void Timeline::place(const Entry& entry, size_t in_heap) noexcept {
  heap_[in_heap] = entry;
  slots_[entry.slot].in_heap = in_heap;
}

void Timeline::move_up(Entry entry, size_t in_heap) noexcept {
  while (in_heap > 0) {
    const size_t parent = (in_heap - 1) / kChildren;
    if (!entry.before(heap_[parent])) break;
    place(heap_[parent], in_heap);
    in_heap = parent;
  }
  place(entry, in_heap);
}

void Timeline::move_down(Entry entry, size_t in_heap) noexcept {
  for (;;) {
    const size_t first = in_heap * kChildren + 1;
    const size_t end = std::min(first + kChildren, heap_.size());
    if (first >= end) break;
    size_t least = first;
    for (size_t child = first + 1; child < end; ++child)
      if (heap_[child].before(heap_[least])) least = child;
    if (!heap_[least].before(entry)) break;
    place(heap_[least], in_heap);
    in_heap = least;
  }
  place(entry, in_heap);
}

}  // namespace weir::limiters
