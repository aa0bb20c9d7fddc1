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
// Of a window in which less was done than before. Some are by chance: to think too little of a
// service is to shed what it could do, to think too much of it is to let some wait for a while.
constexpr double kBelieved = 0.25;
constexpr double kLeastInUse = 0.3;      // of the places, for the rest to be judged by them
constexpr double kSurelyStalled = 40;    // mean times between two answers
constexpr int kTogether = 4;             // places: fewer may all be busy with something long
constexpr double kStalledLatencies = 5;  // and baselines, by their spread
constexpr Duration kLeastStall = Regulator::kTick * 3;
constexpr Duration kLongestStall = seconds(3);  // after that it is an outage
constexpr double kSteady = 20;                  // looks at how many are: a window of 20 ms has two
constexpr double kManyLatencies = 10000;        // that tell how much they vary
constexpr size_t kMostOpen = SamplerShard::kCohorts - 2;

// How long arrivals are remembered.
Duration memory_of(Duration baseline) { return std::max<Duration>(seconds(2), baseline * 60); }

// Far enough apart that what was seen under one limit says little about the other.
bool is_step(int one, int other) { return std::abs(one - other) * 10 > std::max(one, other); }

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
      offered_(queue_params.ranks()) {
  if (queue_params.partitioned) fair_share_.emplace(queue_params.priorities);
  shared_ = timeline.now();
  last_ = {.when = timeline.now(), .from = 0, .to = places(), .cause = Cause::kStart};
  decisions_.push_back(last_);
  pool_.publish_limit(places());
  open_next(read());
  note_arrivals(read());
  timer_ = timeline_.after(kTick, [this] { tick(); });
}

void Regulator::tick() {
  timer_ = timeline_.after(kTick, [this] { tick(); });
  const SamplerShard::Totals now = read();
  note_arrivals(now);
  note_partitions();
  note_use(batches_.back());
  note_stall(now);
  if (ripe(batches_.back())) open_next(now);
  while (batches_.size() > 1 && complete(batches_.front())) {
    const Window window = judged(batches_.front());
    const bool ramp = batches_.front().ramp;
    batches_.pop_front();
    if (!ramp) decide(window);
  }
}

void Regulator::note_arrivals(const SamplerShard::Totals& now) {
  const Duration baseline = algorithm_->baseline();
  const ServiceView service{baseline, algorithm_->guessing() ? 0 : as_if_limited(per_second_),
                            algorithm_->limit(), as_if_limited(finished_.per_second()), spread()};
  double arrived = 0;
  for (size_t i = 0; i < offered_.size(); ++i) {
    arrived += now.arrived[i] - arrived_before_[i];
    offered_[i].add(arrived, kTick, memory_of(baseline));
    const QueueBounds bounds = queue_bounds(queue_params_, service, offered_[i].now());
    pool_.publish_queue(bounds.longest_wait, bounds.most_waiting, i);
  }
  arrived_before_ = now.arrived;
}

// In dry run more may be done than would be behind the limit.
double Regulator::as_if_limited(double per_second) const {
  const double limited = pool_.dry().per_second();
  return limited > 0 ? std::min(per_second, limited) : per_second;
}

void Regulator::note_partitions() {
  if (!fair_share_ || --ticks_to_share_ > 0) return;
  ticks_to_share_ = kTicksToShare;
  const auto read = [this](size_t cell) {
    PartitionCounts::Totals sum;
    for (const SamplerShard* shard : shards_) sum += shard->partitions().read(cell);
    return sum;
  };
  const TimePoint now = timeline_.now();
  fair_share_->update(read, now - std::exchange(shared_, now), places());
  publish_shares();
}

void Regulator::publish_shares() {
  for (size_t cell = 0; cell < queue_params_.cells(); ++cell)
    pool_.publish_within_share(cell, static_cast<float>(fair_share_->within(cell)));
}

void Regulator::note_use(Batch& batch) const {
  batch.in_use += std::min(1.0, static_cast<double>(pool_.in_flight()) / places());
  ++batch.looks;
}

// Longer than chance can make it, and not so long that it is an outage: a pause says nothing about
// what can be done after it.
void Regulator::note_stall(const SamplerShard::Totals& now) {
  double answered = 0;
  for (const double of_outcome : now.answered) answered += of_outcome;
  const bool news = answered != std::exchange(answered_before_, answered);
  const Duration before = quiet_;
  quiet_ = news || pool_.in_flight() < places() ? Duration(0) : quiet_ + kTick;
  if (quiet_ <= kLeastStall) return;
  const double by_chance =
      kSurelyStalled / std::max(1e-3, per_second_) +
      kStalledLatencies * std::max(1.0, spread()) * to_seconds(algorithm_->baseline());
  const Duration chance = std::max(kLeastStall, from_seconds(by_chance));
  const bool together = places() >= kTogether;
  if (quiet_ <= chance || !together) return;
  if (quiet_ > kLongestStall) {
    for (Batch& batch : batches_) batch.window.stalled = Duration(0);
    return;
  }
  Window& window = batches_.back().window;
  window.stalled += before <= chance ? quiet_ : kTick;
  window.stalled = std::min(window.stalled, timeline_.now() - window.opened);
}

bool Regulator::ripe(const Batch& batch) const {
  const Duration open = timeline_.now() - batch.window.opened;
  if (open < milliseconds(20) || batches_.size() > kMostOpen) return false;
  if (batch.ramp) return open >= from_seconds(answered_after_);
  const CohortCounts totals = count(batch.cohort);
  // So that few are open at once, however long they take; but not when these do not, as after a
  // pause, when the last ones took as long as that.
  const bool quick = totals.granted >= kEnough && totals.answered >= 0.95 * totals.granted;
  if (open < from_seconds(answered_after_ / 4) && !quick) return false;
  if (totals.granted >= kEnough) return true;
  if (totals.granted >= kFew && open >= seconds(1)) return true;
  return open >= std::max<Duration>(seconds(10), algorithm_->baseline() * 4);
}

// Nearly all are answered, and the rest have had the time.
bool Regulator::complete(const Batch& batch) const {
  const CohortCounts totals = count(batch.cohort);
  if (totals.answered >= totals.granted || batch.ramp) return true;
  const Duration since = timeline_.now() - batch.window.closed;
  if (since >= seconds(60)) return true;
  const Duration mean = from_seconds(sum_of(read(batch.cohort).levels).mean());
  return totals.answered >= (since > 10 * mean ? 0.5 : 0.95) * totals.granted &&
         since >= std::max<Duration>(kTick, 3 * mean);
}

void Regulator::open_next(const SamplerShard::Totals& now) {
  Cohort next = 1;
  if (!batches_.empty()) {
    Batch& last = batches_.back();
    last.window.closed = timeline_.now();
    for (size_t i = 0; i < kOutcomes; ++i)
      last.window.answered[i] = now.answered[i] - last.before.answered[i];
    last.window.peak_in_flight = pool_.take_peak();
    last.window.limited = pool_.take_limited() || pool_.waiting() > 0;
    last.window.overloaded = pool_.standing();
    next = last.cohort + 1;
  }
  batches_.push_back({.cohort = next, .window = {}, .before = now, .in_use = 0, .looks = 0});
  batches_.back().window.opened = timeline_.now();
  batches_.back().window.limit = places();
  pool_.publish_cohort(next);
}

Window Regulator::judged(const Batch& batch) const {
  const SamplerShard::CohortTotals totals = read(batch.cohort);
  Window window = batch.window;
  window.cohort = totals;
  window.levels = totals.levels;
  window.as_answered = sum_of(totals.levels);
  window.over_quota = totals.over_quota;
  window.looks = batch.looks;
  if (batch.looks > 0) window.in_use = batch.in_use / batch.looks;
  window.count_unanswered(timeline_.now() - window.closed + (window.closed - window.opened) / 2);
  return window;
}

void Regulator::decide(const Window& window) {
  const int from = places();
  if (is_step(window.limit, from)) return algorithm_->learn(window);
  const Cause cause = algorithm_->update(window);
  const Level all = window.all_levels();
  last_ = {.when = timeline_.now(),
           .from = from,
           .to = places(),
           .cause = cause,
           .baseline_seconds = to_seconds(algorithm_->baseline()),
           .latency_seconds = window.as_answered.mean(),
           .judged_latency_seconds = all.mean(),
           .per_second = window.throughput(),
           .peak_places = window.peak_in_flight,
           .samples = all.count};
  samples_ += all.count;
  // Where callers left, the mean is longer than anything has to be waited for.
  const bool left = window.left() > 0 || window.given_up() > 0;
  answered_after_ = left ? window.as_answered.mean() : all.mean();
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

// After a step, a cohort of its own; a small change speaks for both sides of it.
void Regulator::publish() {
  pool_.publish_limit(last_.to);
  if (fair_share_) {
    fair_share_->share_out(last_.to);
    publish_shares();
  }
  const int opened_under = batches_.back().window.limit;
  if (!is_step(last_.to, opened_under)) return;
  open_next(read());
  batches_.back().ramp = last_.to > opened_under;
}

// What the service can do shows only while it is asked for; the places that were empty now and then
// would have done as much as the others. A failure is work, too, and so is sending one caller away.
void Regulator::note_done(const Window& window) {
  if (window.limited)
    in_use_ += (window.in_use - in_use_) * window.looks / (window.looks + kSteady);
  const double share = window.limited ? std::max(kLeastInUse, in_use_) : 1;
  const double answered = window.count(Outcome::kSuccess) + window.count(Outcome::kFailure) +
                          window.count(Outcome::kOverQuota);
  const double done = answered / share;
  const Duration going = window.closed - window.opened - window.stalled;
  if (window.limited && done > 0) finished_.add(done, going, 8 * memory_of(algorithm_->baseline()));
  // Nearly all of it was a pause.
  if (going <= kTick && window.stalled > going) return;
  const double seen = going > Duration(0) ? done / to_seconds(going) : 0;
  if (per_second_ == 0)
    per_second_ = seen;
  else if (seen > per_second_)
    per_second_ += (seen - per_second_) / 2;
  else if (window.limited)
    per_second_ -= (per_second_ - seen) * kBelieved;
  latencies_.add(window.all_levels());
  latencies_.forget_all_but(kManyLatencies);
}

double Regulator::spread() const {
  return latencies_.count < kEnough ? 1 : std::sqrt(latencies_.variance()) / latencies_.mean();
}

void Regulator::tell_gates(const Window& window) {
  note_done(window);
  const Duration baseline = algorithm_->baseline();
  pool_.publish_per_second(per_second_);
  pool_.publish_baseline(baseline);
  pool_.publish_refused_hold(algorithm_->refusals_are_steady() ? Duration(0) : baseline);
  if (queue_params_.max_waiting) return;
  const double burst =
      2 * per_second_ * to_seconds(queue_bounds(queue_params_, {baseline}, {}).longest_wait);
  pool_.publish_max_waiting(std::max(kLeastWaiting, static_cast<int>(std::min(burst, 1e6))));
}

SamplerShard::Totals Regulator::read() const {
  SamplerShard::Totals sum;
  for (const SamplerShard* shard : shards_) {
    const SamplerShard::Totals one = shard->read();
    for (size_t i = 0; i < kRanks; ++i) sum.arrived[i] += one.arrived[i];
    for (size_t i = 0; i < kOutcomes; ++i) sum.answered[i] += one.answered[i];
  }
  return sum;
}

SamplerShard::CohortTotals Regulator::read(Cohort cohort) const {
  SamplerShard::CohortTotals sum;
  for (const SamplerShard* shard : shards_) sum += shard->read(cohort);
  return sum;
}

CohortCounts Regulator::count(Cohort cohort) const {
  CohortCounts sum;
  for (const SamplerShard* shard : shards_) sum += shard->count(cohort);
  return sum;
}

}  // namespace weir::limiters
