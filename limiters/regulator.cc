#include "limiters/regulator.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "limiters/limiter.h"
#include "limiters/make_limiter.h"

namespace weir::limiters {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr double kEnough = 50;  // samples: the mean of exponential times is then within 14 %
constexpr double kFew = 10;     // will do when they took a second to come
constexpr int kLeastWaiting = 1000;
constexpr Duration kLongestSettling = seconds(5);

double fresh_successes(const SamplerShard::Totals& now, const SamplerShard::Totals& before) {
  double count = 0;
  for (size_t i = 0; i < kLevels; ++i) count += now.levels[i].count - before.levels[i].count;
  return count;
}

}  // namespace

Regulator::Regulator(const LimiterParams& params, const QueueParams& queue_params, PermitPool& pool,
                     std::vector<const SamplerShard*> shards, Timeline& timeline,
                     std::function<void(int gate)> wake)
    : queue_params_(queue_params),
      algorithm_(make_algorithm(params)),
      pool_(pool),
      shards_(std::move(shards)),
      timeline_(timeline),
      wake_(std::move(wake)),
      opened_(timeline.now()),
      stepped_(opened_) {
  last_ = {.when = opened_, .from = 0, .to = algorithm_->limit(), .cause = Cause::kStart};
  decisions_.push_back(last_);
  pool_.publish(algorithm_->limit(), opened_);
  timer_ = timeline_.after(kTick, [this] { tick(); });
}

void Regulator::tick() {
  timer_ = timeline_.after(kTick, [this] { tick(); });
  const SamplerShard::Totals now = read();
  if (settling_) {
    if (timeline_.now() < settled_) return;
    settling_ = false;
    close(now);
    return;
  }
  if (ripe(now)) decide(close(now));
}

bool Regulator::ripe(const SamplerShard::Totals& now) const {
  const Duration open = timeline_.now() - opened_;
  if (open < milliseconds(20)) return false;
  const double fresh = fresh_successes(now, read_before_);
  const auto overload = static_cast<size_t>(Outcome::kOverload);
  const double overloads = now.finished[overload] - read_before_.finished[overload];
  if (fresh + overloads >= kEnough) return true;
  if (fresh + overloads >= kFew && open >= seconds(1)) return true;
  return open >= std::max<Duration>(seconds(10), algorithm_->baseline() * 4);
}

Window Regulator::close(const SamplerShard::Totals& now) {
  Window window;
  window.opened = std::exchange(opened_, timeline_.now());
  window.closed = opened_;
  for (size_t i = 0; i < kOutcomes; ++i)
    window.finished[i] = now.finished[i] - read_before_.finished[i];
  for (size_t i = 0; i < kLevels; ++i) {
    const Level& before = read_before_.levels[i];
    window.levels[i] = {now.levels[i].count - before.count,
                        now.levels[i].sum_seconds - before.sum_seconds,
                        now.levels[i].sum_squares - before.sum_squares};
  }
  window.peak_in_flight = pool_.take_peak();
  window.limited = pool_.take_limited() || pool_.waiting() > 0;
  read_before_ = now;
  return window;
}

void Regulator::decide(const Window& window) {
  const int from = algorithm_->limit();
  const Cause cause = algorithm_->update(window);
  const Level all = window.all_levels();
  last_ = {.when = window.closed,
           .from = from,
           .to = algorithm_->limit(),
           .cause = cause,
           .baseline_seconds = to_seconds(algorithm_->baseline()),
           .latency_seconds = all.mean(),
           .per_second = window.throughput(),
           .peak_in_flight = window.peak_in_flight,
           .samples = all.count};
  samples_ += all.count;
  peak_in_flight_ = std::max(peak_in_flight_, window.peak_in_flight);
  tell_gates(window);
  if (last_.to == from) return;
  ++changes_[{cause, last_.to > from}];
  decisions_.push_back(last_);
  if (decisions_.size() > kRemembered) decisions_.pop_front();
  publish();
  if (on_decision) on_decision(last_);
  if (last_.to < from) return;
  for (int gate = 0; gate < pool_.gates(); ++gate) wake_(gate);
}

// After a step, what is in the service was sent under the old limit. The first to finish of those
// sent after it are the quick ones; a mean is fair once all have had the time to finish, which they
// need no longer for than latency grows with the limit. After a small change the samples before it
// are as good as those after.
void Regulator::publish() {
  if (std::abs(last_.to - last_.from) * 10 > last_.from) {
    stepped_ = last_.when;
    const double growth = last_.cause == Cause::kSlowStart
                              ? 1.0
                              : 3 * std::max(1.0, static_cast<double>(last_.to) / last_.from);
    settled_ = stepped_ +
               std::min<Duration>(from_seconds(last_.latency_seconds * growth), kLongestSettling);
    settling_ = true;
  }
  pool_.publish(last_.to, stepped_);
}

int Regulator::take_peak_in_flight() {
  return std::max(std::exchange(peak_in_flight_, 0), pool_.in_flight());
}

void Regulator::tell_gates(const Window& window) {
  // What the service can do shows only while all of it is asked for.
  const double seen = window.throughput();
  if (window.limited || seen > per_second_)
    per_second_ = per_second_ == 0 ? seen : (per_second_ + seen) / 2;
  const Duration baseline = algorithm_->baseline();
  pool_.publish_service(baseline, per_second_);
  if (queue_params_.max_waiting) return;
  const double burst = 2 * per_second_ * to_seconds(wait_bounds(queue_params_, baseline).calm);
  pool_.publish_max_waiting(std::max(kLeastWaiting, static_cast<int>(std::min(burst, 1e6))));
}

SamplerShard::Totals Regulator::read() const {
  SamplerShard::Totals sum;
  for (const SamplerShard* shard : shards_) {
    const SamplerShard::Totals one = shard->read();
    for (size_t i = 0; i < kOutcomes; ++i) sum.finished[i] += one.finished[i];
    for (size_t i = 0; i < kLevels; ++i) sum.levels[i].add(one.levels[i]);
  }
  return sum;
}

}  // namespace weir::limiters
