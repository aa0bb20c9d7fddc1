#include "load-tests/origin/discipline.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace weir::origin {

// ---- fifo ----

void FifoDiscipline::add(RequestId id, Duration work, TimePoint now) {
  if (has_free_worker()) return start(id, work, now);
  waiting_.emplace_hint(waiting_.end(), id, work);
}

void FifoDiscipline::set_workers(int workers, TimePoint now) {
  workers_ = workers;
  start_waiting(now);
}

std::optional<TimePoint> FifoDiscipline::next_finish() const {
  if (running_.empty()) return {};
  return running_.top().due;
}

Finished FifoDiscipline::finish_next() {
  assert(!running_.empty());
  const Running first = running_.top();
  running_.pop();
  start_waiting(first.due);
  return {first.id, first.due};
}

void FifoDiscipline::start(RequestId id, Duration work, TimePoint at) {
  running_.push({at + work, started_++, id});
}

void FifoDiscipline::start_waiting(TimePoint at) {
  while (has_free_worker() && !waiting_.empty()) {
    const auto oldest = waiting_.begin();
    start(oldest->first, oldest->second, at);
    waiting_.erase(oldest);
  }
}

// ---- sharing ----

void SharingDiscipline::add(RequestId id, Duration work, TimePoint now) {
  move_to(now);
  ends_.emplace(done_ + static_cast<double>(work.count()), id);
}

void SharingDiscipline::set_workers(int workers, TimePoint now) {
  move_to(now);
  workers_ = workers;
}

std::optional<TimePoint> SharingDiscipline::next_finish() const {
  if (ends_.empty()) return {};
  const double left = std::max(0.0, ends_.begin()->first - done_);
  if (left > 0 && speed() == 0) return {};
  return at_ + Duration(left > 0 ? std::llround(left / speed()) : 0);
}

Finished SharingDiscipline::finish_next() {
  const auto when = next_finish();
  assert(when);
  const auto first = ends_.begin();
  const Finished finished{first->second, *when};
  at_ = *when;
  done_ = std::max(done_, first->first);
  ends_.erase(first);
  // Small numbers keep their digits.
  if (ends_.empty()) done_ = 0;
  return finished;
}

size_t SharingDiscipline::waiting() const {
  const auto workers = static_cast<size_t>(workers_);
  return ends_.size() > workers ? ends_.size() - workers : 0;
}

double SharingDiscipline::speed() const {
  const auto inside = static_cast<double>(ends_.size());
  const double share = std::min(1.0, workers_ / inside);
  return share / (1 + thrash_ * std::max(0.0, inside - workers_));
}

void SharingDiscipline::move_to(TimePoint now) {
  if (!ends_.empty()) done_ += speed() * static_cast<double>((now - at_).count());
  at_ = now;
}

}  // namespace weir::origin
