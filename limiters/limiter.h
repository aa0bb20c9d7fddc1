#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "limiters/params.h"
#include "limiters/permit.h"
#include "limiters/permit_pool.h"
#include "limiters/sampler_shard.h"
#include "limiters/wait_queue.h"

// One loop's gate: who may run now, who waits, who is turned away; it does not know how the limit
// is found.
namespace weir::limiters {

struct Queued {};
using Admission = std::variant<Permit, Queued, Rejection>;

struct LimiterStats {
  int limit = 0;  // of the whole process, as are the others
  int in_flight = 0;
  int waiting = 0;
};

// How long a request may wait. A burst may wait for long: as long as the queue comes and goes, all
// of it is served. Once somebody has waited that long, more is coming than can be done; then the
// queue only has to be long enough to never leave the service idle, and who would wait longer than
// a fraction of a service time is told so at once. Calm returns when most newcomers find a place
// again: a lull without rejections is chance in a small service that is full, and to wait for none
// would be for ever below capacity, where the short queue itself turns some away.
struct WaitBounds {
  Duration calm;
  Duration standing;  // at most, for those who were let in
  Duration ahead;     // how much work may wait in front of a newcomer while the queue stands
  Duration hold;      // how long the queue counts as standing after the last who found no place
};
// `baseline` 0 means not known. Calm: 30 baselines between 300 ms and 5 s, or as configured.
// Standing: two baselines, at least 2 ms, at most calm. Ahead: a quarter of a baseline, at least
// 1 ms, at most standing. Hold: 10 baselines, at least 100 ms.
WaitBounds wait_bounds(const QueueParams& params, Duration baseline);

// Used from one loop only; outlives its permits and waiters.
class Limiter {
 public:
  // `pool`, `shard` and `timeline` outlive it. `wake` asks another gate to serve(); it may be
  // called from any turn of this gate's loop.
  Limiter(int gate, PermitPool& pool, SamplerShard& shard, std::unique_ptr<WaitQueue> queue,
          const LimiterParams& params, const QueueParams& queue_params, Timeline& timeline,
          std::function<void(int gate)> wake);
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  // Answers at once when it can; only a Queued waiter is called back. A newcomer never overtakes
  // this gate's queue.
  Admission admit(const Arrival& arrival, Waiter& waiter);
  // Woken: another loop freed a place, or the limit grew.
  void serve();
  LimiterStats stats() const { return {pool_.limit(), pool_.in_flight(), pool_.waiting()}; }

 private:
  friend class Permit;
  friend class Waiter;

  Permit permit(int in_flight) { return Permit(*this, timeline_.now(), in_flight); }
  Admission admit_dry(std::optional<int> place);
  std::optional<Rejection> turned_away(int waiting);
  void note_found(double found);
  void stand_on();
  void finished(const Permit& permit, Outcome outcome);
  void pass_on();
  void forget(Waiter& waiter);
  void take_out(Waiter& waiter);
  void reject_expired();
  Duration bound() const;
  void arm();
  void serve_later();

  const int gate_;
  PermitPool& pool_;
  SamplerShard& shard_;
  std::unique_ptr<WaitQueue> queue_;
  const bool dry_run_;
  const QueueParams queue_params_;
  Timeline& timeline_;
  std::function<void(int gate)> wake_;
  double found_share_ = 0;  // of the newcomers, lately, who found a place at once
  int given_back_ = 0;
  Timeline::Timer serve_timer_;
  Timeline::Timer expiry_timer_;
};

}  // namespace weir::limiters
