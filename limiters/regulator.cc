#include "limiters/regulator.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "limiters/make_limiter.h"

namespace weir::limiters {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr double kEnough = 50;  // samples: the mean of exponential times is then within 14 %
constexpr double kFew = 10;     // will do when they took a second to come
constexpr double kNearlyAll = 0.95;
constexpr double kHalf = 0.5;
constexpr int kLeastWaiting = 1000;
constexpr size_t kMostOpen = SamplerShard::kCohorts - 2;

// How long arrivals are remembered.
Duration memory_of(Duration baseline) { return std::max<Duration>(seconds(2), baseline * 60); }

// Far enough apart that what was seen under one limit says little about the other.
bool is_step(int one, int other) { return std::abs(one - other) * 10 > std::max(one, other); }

// That are busy at once, while it does what it can.
double places_of(const ServiceView& service) {
  return std::max(1.0, service.per_second * to_seconds(service.baseline));
}

// Who came lately, over what can be done.
double load_of(const ServiceView& service, const OfferedRate& offered) {
  const double most =
      std::max(service.lasting_per_second, service.per_second) * (1 + doubt(service));
  return most > 0 ? offered.now().on_average / most : 0;
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
      offered_(queue_params.ranks()),
      standing_(queue_params.ranks()) {
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
  note_short_queue(now);
  note_arrivals(now);
  note_partitions();
  note_use(batches_.back());
  note_silence(now);
  passed_over_.look({now.waiting, now.waited_seconds, now.waited_squares}, last_.latency_seconds);
  pool_.publish_waiting_memory(from_seconds(passed_over_.memory()));
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
  ServiceView service{.baseline = baseline,
                      .per_second = algorithm_->guessing() ? 0 : as_if_limited(pace_.per_second()),
                      .limit = algorithm_->limit(),
                      .lasting_per_second = as_if_limited(pace_.lasting_per_second()),
                      .per_second_with_pauses = as_if_limited(pace_.with_pauses()),
                      .spread = pace_.spread(),
                      .longer = short_queue_.longer()};
  const double served_so_far = now.answered[static_cast<size_t>(Outcome::kSuccess)];
  const double served = served_so_far - std::exchange(served_before_, served_so_far);
  double arrived = 0;
  for (size_t i = 0; i < offered_.size(); ++i) {
    arrived += now.arrived[i] - arrived_before_[i];
    offered_[i].add(arrived, kTick, memory_of(baseline));
    standing_[i].look(served, kTick, waiting(i), places_of(service), load_of(service, offered_[i]));
    service.standing = standing_[i].stands();
    const QueueBounds bounds = queue_bounds(queue_params_, service, offered_[i].now());
    pool_.publish_queue(bounds.longest_wait, bounds.most_waiting, i);
  }
  arrived_before_ = now.arrived;
}

void Regulator::note_short_queue(const SamplerShard::Totals& now) {
  const double turned_away = now.turned_away - std::exchange(turned_away_before_, now.turned_away);
  const double per_second = as_if_limited(pace_.per_second());
  const Duration baseline = algorithm_->baseline();
  if (per_second <= 0 || baseline == Duration(0)) return;
  const DryPlaces& dry = pool_.dry();
  const bool in_dry_run = dry.per_second() > 0;
  const int taken = in_dry_run ? dry.taken() : pool_.in_flight();
  double arrived = 0;
  for (size_t i = 0; i < kRanks; ++i) arrived += now.arrived[i] - arrived_before_[i];
  const double places =
      std::clamp(per_second * to_seconds(baseline), 1.0, static_cast<double>(algorithm_->limit()));
  const double empty = std::max(0.0, 1 - taken / places);
  const ServiceView calm{.baseline = baseline, .limit = algorithm_->limit()};
  short_queue_.note({.over = kTick,
                     .arrived = arrived,
                     .turned_away = turned_away,
                     .unused = waiting() > 0 ? 0 : empty * per_second * to_seconds(kTick),
                     .per_second = per_second,
                     .longest_wait = queue_bounds(queue_params_, calm, {}).longest_wait});
}

// In dry run more may be done than would be behind the limit.
double Regulator::as_if_limited(double per_second) const {
  const double limited = pool_.dry().per_second();
  return limited > 0 ? std::min(per_second, limited) : per_second;
}

// Of that rank or more important; in dry run those who would.
int Regulator::waiting(size_t rank) const {
  const DryPlaces& dry = pool_.dry();
  if (dry.per_second() > 0) return dry.waiting_up_to(rank);
  int sum = 0;
  for (size_t i = 0; i <= rank; ++i) sum += pool_.waiting(i);
  return sum;
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
  batch.waiting += waiting();
  ++batch.looks;
}

void Regulator::note_silence(const SamplerShard::Totals& now) {
  double answered = 0;
  for (const double of_outcome : now.answered) answered += of_outcome;
  const Silence::Verdict verdict = silence_.look(answered, pool_.in_flight(), places(),
                                                 pace_.quiet_by_chance(algorithm_->baseline()));
  if (verdict == Silence::Verdict::kOutage)
    for (Batch& batch : batches_) batch.window.stalled = Duration(0);
  if (verdict != Silence::Verdict::kPause) return;
  Window& window = batches_.back().window;
  window.stalled = std::min(window.stalled + silence_.longer_by(), timeline_.now() - window.opened);
}

bool Regulator::ripe(const Batch& batch) const {
  const Duration open = timeline_.now() - batch.window.opened;
  if (open < milliseconds(20) || batches_.size() > kMostOpen) return false;
  if (batch.ramp) return open >= from_seconds(answered_after_);
  const CohortCounts totals = count(batch.cohort);
  // So that few are open at once, however long they take; but not when these do not, as after a
  // pause, when the last ones took as long as that.
  const bool quick = totals.granted >= kEnough && totals.answered >= kNearlyAll * totals.granted;
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
  if (totals.answered >= kHalf * totals.granted && since >= kTick) {
    const Duration mean = from_seconds(sum_of(read(batch.cohort).levels).mean());
    const double enough = since > 10 * mean ? kHalf : kNearlyAll;
    if (totals.answered >= enough * totals.granted && since >= 3 * mean) return true;
  }
  return since > seconds(1) && passed_over(since);
}

// Those who came later have nearly all been answered, and for long: who has not may wait for as
// long as any come. A service that stands still has answered neither.
bool Regulator::passed_over(Duration since) const {
  return std::any_of(batches_.begin() + 1, batches_.end(), [&](const Batch& later) {
    // The levels are much to read.
    const CohortCounts counts = count(later.cohort);
    if (counts.answered < std::max(kFew, kNearlyAll * counts.granted)) return false;
    const SamplerShard::CohortTotals totals = read(later.cohort);
    const Level served = sum_of(totals.levels);
    return served.count >= kFew && served.count >= kNearlyAll * totals.granted &&
           since > 20 * from_seconds(served.mean());
  });
}

void Regulator::open_next(const SamplerShard::Totals& now) {
  Cohort next = 1;
  if (!batches_.empty()) {
    Batch& last = batches_.back();
    last.window.closed = timeline_.now();
    for (size_t i = 0; i < kOutcomes; ++i)
      last.window.answered[i] = now.answered[i] - last.before.answered[i];
    last.window.broken_off = now.broken_off - last.before.broken_off;
    for (size_t i = 0; i < kRanks; ++i)
      last.window.arrived += now.arrived[i] - last.before.arrived[i];
    last.window.turned_away = now.turned_away - last.before.turned_away;
    last.window.peak_in_flight = pool_.take_peak();
    last.window.limited = pool_.take_limited() || pool_.waiting() > 0;
    last.window.overloaded = pool_.standing();
    next = last.cohort + 1;
  }
  batches_.push_back(
      {.cohort = next, .window = {}, .before = now, .in_use = 0, .waiting = 0, .looks = 0});
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
  if (batch.looks > 0) {
    window.in_use = batch.in_use / batch.looks;
    window.waiting = batch.waiting / batch.looks;
  }
  window.count_unanswered(timeline_.now() - window.closed + (window.closed - window.opened) / 2);
  if (window.limited) window.count_passed_over(passed_over_.share());
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

void Regulator::tell_gates(const Window& window) {
  const Duration baseline = algorithm_->baseline();
  pace_.note(window, memory_of(baseline));
  pool_.publish_per_second(pace_.per_second());
  pool_.publish_baseline(baseline);
  pool_.publish_refused_hold(algorithm_->refusals_are_steady() ? Duration(0) : baseline);
  if (queue_params_.max_waiting) return;
  const double burst =
      2 * pace_.per_second() * to_seconds(queue_bounds(queue_params_, {baseline}, {}).longest_wait);
  pool_.publish_max_waiting(std::max(kLeastWaiting, static_cast<int>(std::min(burst, 1e6))));
}

SamplerShard::Totals Regulator::read() const {
  SamplerShard::Totals sum;
  for (const SamplerShard* shard : shards_) {
    const SamplerShard::Totals one = shard->read();
    for (size_t i = 0; i < kRanks; ++i) sum.arrived[i] += one.arrived[i];
    sum.turned_away += one.turned_away;
    sum.broken_off += one.broken_off;
    sum.waiting += one.waiting;
    sum.waited_seconds += one.waited_seconds;
    sum.waited_squares += one.waited_squares;
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
