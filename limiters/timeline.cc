#include "limiters/timeline.h"

#include <algorithm>

namespace weir::limiters {

Timeline::Timer::Timer(Timer&& other) noexcept
    : timeline_(std::exchange(other.timeline_, nullptr)), key_(other.key_) {}

Timeline::Timer& Timeline::Timer::operator=(Timer&& other) noexcept {
  if (this != &other) {
    cancel();
    timeline_ = std::exchange(other.timeline_, nullptr);
    key_ = other.key_;
  }
  return *this;
}

void Timeline::Timer::cancel() noexcept {
  if (timeline_ == nullptr) return;
  // The action may own what owns this timer, so it dies only after the timer has let go of the
  // timeline.
  Timeline& timeline = *std::exchange(timeline_, nullptr);
  auto action = timeline.actions_.extract(key_);
  if (action.empty()) action = timeline.next_run_.extract(key_);
  timeline.let_go(std::move(action));
}

bool Timeline::Timer::pending() const noexcept {
  return timeline_ != nullptr &&
         (timeline_->actions_.contains(key_) || timeline_->next_run_.contains(key_));
}

Timeline::Timer Timeline::at(TimePoint when, std::function<void()> action) {
  const bool overdue = when <= now_;
  const Key key{std::max(when, now_), inserted_++};
  Actions& actions = running_ && overdue ? next_run_ : actions_;
  if (spare_.empty()) {
    actions.emplace(key, std::move(action));
  } else {
    Actions::node_type node = std::move(spare_.back());
    spare_.pop_back();
    node.key() = key;
    node.mapped() = std::move(action);
    actions.insert(std::move(node));
  }
  return Timer(*this, key);
}

void Timeline::let_go(Actions::node_type done) noexcept {
  if (done.empty()) return;
  done.mapped() = nullptr;
  if (spare_.size() < kMostSpare) spare_.push_back(std::move(done));
}

std::optional<TimePoint> Timeline::next() const {
  if (actions_.empty() && next_run_.empty()) return std::nullopt;
  // What waits for the next run is due.
  return next_run_.empty() ? actions_.begin()->first.first : next_run_.begin()->first.first;
}

void Timeline::run_until(TimePoint t) {
  running_ = true;
  while (!actions_.empty() && actions_.begin()->first.first <= std::max(t, now_)) {
    auto next = actions_.extract(actions_.begin());
    now_ = std::max(now_, next.key().first);
    next.mapped()();
    let_go(std::move(next));
  }
  now_ = std::max(now_, t);
  running_ = false;
  if (!next_run_.empty()) actions_.merge(next_run_);
}

}  // namespace weir::limiters
