#include "limiters/limiter.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "limiters/dry_gate.h"
#include "limiters/passed_over.h"

namespace weir::limiters {
namespace {

constexpr double kLeastNewer = 0.25;  // of the time in which the service finishes one
constexpr int kMostAside = 10;        // times the limit
constexpr Duration kWorksOnHeads = std::chrono::minutes(10);

}  // namespace

Limiter::Limiter(int gate, PermitPool& pool, SamplerShard& shard, Lanes lanes,
                 const LimiterParams& params, Timeline& timeline,
                 std::function<void(int gate)> wake)
    : gate_(gate),
      pool_(pool),
      shard_(shard),
      lanes_(std::move(lanes)),
      ranks_(lanes_.ranks(), pool),
      dry_(params.dry_run ? std::make_unique<DryGate>(pool, ranks_, timeline) : nullptr),
      timeline_(timeline),
      wake_(std::move(wake)) {}

Limiter::~Limiter() {
  pool_.note_held(-static_cast<int>(held_.size()));
  for (size_t i = 0; i < held_.size(); ++i) pool_.give_back();
}

Admission Limiter::admit(const Arrival& arrival, Waiter& waiter) {
  const Ranked ranked = ranks_.of(arrival);
  const uint8_t rank = ranked.rank;
  shard_.arrived(rank);
  if (ranked.cell != kNoCell) shard_.partitions().arrived(ranked.cell);
  if (dry_) [[unlikely]]
    return admit_dry(arrival, ranked);
  if (!lanes_.waits_before(rank))
    if (const std::optional<int> place = pool_.take()) return permit(*place, ranked.cell);
  pool_.note_limited();
  const auto why = ranks_.turned_away(rank, pool_.waiting(rank));
  const bool displaces = why && takes_place_of_oldest(rank);
  if (why && !displaces) return turn_away(*why);
  if (!pool_.join(gate_, rank, displaces ? 1 : 0)) return turn_away(Rejection::kQueueFull);
  // A place that was freed since the first look is offered to nobody else: who freed it may have
  // seen no waiter.
  if (!lanes_.waits_before(rank)) {
    if (const std::optional<int> place = pool_.take()) {
      pool_.leave(gate_, rank);
      return permit(*place, ranked.cell);
    }
  } else if (displaces || pool_.in_flight() < pool_.limit()) {
    serve_later();
  }
  to_displace_[rank] += displaces ? 1 : 0;
  waiter.gate_ = this;
  lanes_.push(waiter, ranked, arrival, timeline_.now());
  arm();
  return Queued{};
}

std::optional<Permit> Limiter::readmit(Permit aside, const Arrival& arrival, Waiter& waiter) {
  std::move(aside).finish(Outcome::kIgnored);
  const Ranked ranked = ranks_.of(arrival);
  if (dry_) return dry_->readmit(permit(pool_.take_anyway(), ranked.cell, true));
  if (!lanes_.waits_before(ranked.rank))
    if (const std::optional<int> place = pool_.take()) return permit(*place, ranked.cell, true);
  pool_.note_limited();
  pool_.join_again(gate_, ranked.rank);
  waiter.gate_ = this;
  lanes_.push_returning(waiter, ranked, timeline_.now());
  // As above: one that was freed meanwhile is offered to nobody else.
  if (pool_.in_flight() < pool_.limit()) serve_later();
  return std::nullopt;
}

void Limiter::answered_before_whole(Duration took, bool refused) {
  if (refused && took * 2 < pool_.baseline()) return;
  pool_.note_works_on_heads(timeline_.now() + kWorksOnHeads);
}

bool Limiter::waits_for_the_whole() const {
  return timeline_.now() >= pool_.works_on_heads_until() &&
         pool_.aside() < kMostAside * pool_.limit();
}

// Not when the newest has only just come: nothing is gained by one that is hardly newer, and a
// flood is to be turned away at the least cost.
bool Limiter::takes_place_of_oldest(uint8_t rank) const {
  if (!pool_.standing(rank) || pool_.max_waiting() == 0) return false;
  const Duration waited = lanes_.of(rank).newest_has_waited(timeline_.now());
  return to_seconds(waited) * pool_.per_second() > kLeastNewer;
}

Permit Limiter::admit_dry(const Arrival& arrival, const Ranked& ranked) {
  Permit admitted =
      dry_->admit(permit(pool_.take_anyway(), ranked.cell), ranked.rank, arrival.deadline);
  if (admitted.spared()) shard_.turned_away();
  return admitted;
}

Permit Limiter::permit(int in_flight, uint16_t cell, bool again) {
  const Cohort cohort = pool_.cohort();
  shard_.granted(cohort);
  PartitionCounts& partitions = shard_.partitions();
  if (cell != kNoCell) again ? partitions.held_again(cell) : partitions.granted(cell);
  return Permit(*this, timeline_.now(), at_service(in_flight), cohort, cell);
}

int Limiter::at_service(int in_flight) const { return std::max(1, in_flight - pool_.held()); }

void Limiter::answered(Permit& permit, Outcome outcome) {
  const Duration latency = timeline_.now() - permit.granted_;
  if (!permit.incomplete_) waited(latency);
  join_cohort(permit);
  shard_.answered({permit.granted_, latency, permit.in_flight_, outcome}, permit.cohort_);
}

void Limiter::withdraw(Permit& permit) {
  permit.incomplete_ = true;
  shard_.withdrawn(permit.cohort_);
  waited(timeline_.now() - permit.granted_);
}

void Limiter::waited(Duration time) {
  const double seconds = to_seconds(time);
  shard_.waited(seconds, PassedOver::remembered(seconds, to_seconds(pool_.waiting_memory())));
}

void Limiter::join_cohort(Permit& permit) {
  if (!std::exchange(permit.incomplete_, false)) return;
  permit.cohort_ = pool_.cohort();
  permit.in_flight_ = at_service(pool_.in_flight());
  shard_.granted(permit.cohort_);
}

void Limiter::place_goes_on(const Permit& permit) {
  if (permit.cell_ != kNoCell) shard_.partitions().given_back(permit.cell_);
  if (dry_) [[unlikely]]
    dry_->goes_on(permit);
}

// A refusal takes no time, so that its place would be taken again at once by one that is refused
// as well: a limit says how many a second come only where each holds its place for as long as a
// request takes.
void Limiter::hold(TimePoint until) {
  pool_.note_held(1);
  held_.hold(until);
  if (!release_timer_.pending()) release_at(held_.next());
}

void Limiter::release_due() {
  while (held_.due(timeline_.now())) {
    held_.let_go();
    pool_.note_held(-1);
    finished();
  }
  if (!held_.empty()) release_at(held_.next());
}

void Limiter::release_at(TimePoint when) {
  release_timer_ = timeline_.at(when, [this] { release_due(); });
}

void Limiter::finished() {
  pool_.give_back();
  pass_on();
}

// Another gate's queue comes first where those who wait there are more important; and every so
// often, so that one that holds no permits is not starved by one that always has waiters, nor the
// least important by the others.
void Limiter::pass_on() {
  ++given_back_;
  const bool others_turn =
      pool_.gates() > 1 && given_back_ % static_cast<uint64_t>(pool_.gates()) == 0;
  const bool least_first = pool_.gates() > 1 && given_back_ % Lanes::kFloor == 0;
  const size_t mine = lanes_.first_rank();
  const std::optional<int> next = least_first
                                      ? pool_.gate_of_least(gate_)
                                      : pool_.gate_to_wake(gate_, others_turn ? kRanks : mine);
  if (lanes_.size() > 0 && !next) return serve_later();
  if (!next) return;
  *next == gate_ ? serve_later() : wake_(*next);
}

void Limiter::serve() {
  reject_displaced();
  reject_expired();
  while (Waiter* waiter = lanes_.next(standing())) {
    // The newest may be past its own deadline where the oldest is not.
    if (waiter->deadline_ <= timeline_.now()) {
      reject(*waiter, Rejection::kWaitedTooLong);
      continue;
    }
    const std::optional<int> place = pool_.take();
    if (!place) break;
    lanes_.note_turn(*waiter);
    take_out(*waiter);
    waiter->on_permit(permit(*place, waiter->cell_, waiter->returns_));
    reject_expired();
  }
  if (lanes_.size() > 0) return arm();
  // Places are left: somebody else's waiters may have been passed over.
  if (pool_.in_flight() >= pool_.limit()) return;
  const std::optional<int> next = pool_.gate_to_wake(gate_);
  if (next && *next != gate_) wake_(*next);
}

Lanes::Bounds Limiter::bounds() const {
  Lanes::Bounds longest;
  for (size_t i = 0; i < kRanks; ++i) longest[i] = pool_.longest_wait(i);
  return longest;
}

Lanes::Standing Limiter::standing() const {
  Lanes::Standing standing;
  for (size_t i = 0; i < kRanks; ++i) standing[i] = pool_.standing(i);
  return standing;
}

void Limiter::reject_expired() {
  if (lanes_.size() == 0) return;
  const TimePoint now = timeline_.now();
  while (Waiter* waiter = lanes_.expired(now, bounds())) reject(*waiter, Rejection::kWaitedTooLong);
}

// Unless there is room again, since somebody has left or was served meanwhile.
void Limiter::reject_displaced() {
  for (uint8_t rank = 0; rank < lanes_.ranks(); ++rank) {
    const WaitQueue& lane = lanes_.of(rank);
    const int most = std::min(pool_.most_waiting(rank), pool_.max_waiting());
    for (int left = std::exchange(to_displace_[rank], 0); left > 0; --left)
      if (lane.size() > 0 && pool_.waiting(rank) > most) reject(*lane.oldest(), Rejection::kShed);
  }
}

Rejection Limiter::turn_away(Rejection why) {
  shard_.turned_away();
  return why;
}

void Limiter::reject(Waiter& waiter, Rejection why) {
  // With an equal part of the places it would not have had to wait for so long.
  const bool over_share = ranks_.over_share(waiter.rank_);
  take_out(waiter);
  waiter.on_rejected(turn_away(over_share ? Rejection::kOverShare : why));
}

void Limiter::take_out(Waiter& waiter) {
  waiter.gate_ = nullptr;
  lanes_.remove(waiter);
  waiter.returns_ ? pool_.leave_again(gate_, waiter.rank_) : pool_.leave(gate_, waiter.rank_);
}

// One timer for each rank, for they wait for different times.
void Limiter::arm() {
  for (uint8_t rank = 0; rank < lanes_.ranks(); ++rank) {
    Timeline::Timer& timer = expiry_timers_[rank];
    if (timer.pending()) continue;
    const auto when = lanes_.of(rank).next_expiry(pool_.longest_wait(rank));
    if (!when) continue;
    timer = timeline_.at(*when, [this] {
      reject_expired();
      arm();
    });
  }
}

void Limiter::serve_later() {
  if (!serve_timer_.pending()) serve_timer_ = timeline_.at(timeline_.now(), [this] { serve(); });
}

}  // namespace weir::limiters
