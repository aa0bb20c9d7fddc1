#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "limiters/held_places.h"
#include "limiters/lanes.h"
#include "limiters/params.h"
#include "limiters/permit.h"
#include "limiters/permit_pool.h"
#include "limiters/ranks.h"
#include "limiters/sampler_shard.h"

// One loop's gate: who may run now, who waits, who is turned away; it does not know how the limit
// is found.
namespace weir::limiters {

struct Queued {};
using Admission = std::variant<Permit, Queued, Rejection>;

struct LimiterStats {
  int limit = 0;      // of the whole process, as are the others
  int in_flight = 0;  // at the service, without places that are only held
  int waiting = 0;
};

class DryGate;

// Used from one loop only; outlives its permits and waiters.
class Limiter {
 public:
  // `pool`, `shard` and `timeline` outlive it. `wake` asks another gate to serve(); it may be
  // called from any turn of this gate's loop.
  Limiter(int gate, PermitPool& pool, SamplerShard& shard, Lanes lanes, const LimiterParams& params,
          Timeline& timeline, std::function<void(int gate)> wake);
  ~Limiter();
  Limiter(const Limiter&) = delete;
  Limiter& operator=(const Limiter&) = delete;

  // Answers at once when it can; only a Queued waiter is called back. A newcomer never overtakes
  // those in this gate's queues who are as important or more so, unless more is asked for than can
  // be done: then the newest is served first, and one who finds the queue full takes the place of
  // the oldest of this gate, who is rejected in a later turn.
  Admission admit(const Arrival& arrival, Waiter& waiter);
  // For one whose permit stepped aside for now, which is over, before the service gets the rest: a
  // permit for that, or none, and then `waiter` gets it later, in turn with those who are as
  // important and wait for their first one, and of ten places that are waited for at least one goes
  // to such, however important others are. It is never rejected, for it has been let in.
  std::optional<Permit> readmit(Permit aside, const Arrival& arrival, Waiter& waiter);
  // The service has answered before it had the whole of a request, `took` after it had the head. It
  // works on heads, unless it was quick to say no: nobody steps aside for now for ten minutes.
  void answered_before_whole(Duration took, bool refused);
  // Woken: another loop freed a place, or the limit grew.
  void serve();
  LimiterStats stats() const { return {pool_.limit(), pool_.at_service(), pool_.waiting()}; }

 private:
  friend class Permit;
  friend class Waiter;

  // `again`: of its partition it has been granted one already.
  Permit permit(int in_flight, uint16_t cell, bool again = false);
  // Without those who hold a place although the service refused them.
  int at_service(int in_flight) const;
  bool takes_place_of_oldest(uint8_t rank) const;
  bool waits_for_the_whole() const;
  Permit admit_dry(const Arrival& arrival, const Ranked& ranked);
  void answered(Permit& permit, Outcome outcome);
  void waited(Duration time);
  void withdraw(Permit& permit);
  void join_cohort(Permit& permit);
  void place_goes_on(const Permit& permit);
  void finished();
  void hold(TimePoint until);
  void release_at(TimePoint when);
  void release_due();
  void pass_on();
  void take_out(Waiter& waiter);
  Lanes::Bounds bounds() const;
  Lanes::Standing standing() const;
  Rejection turn_away(Rejection why);
  void reject(Waiter& waiter, Rejection why);
  void reject_expired();
  void reject_displaced();
  void arm();
  void serve_later();

  const int gate_;
  PermitPool& pool_;
  SamplerShard& shard_;
  Lanes lanes_;
  Ranks ranks_;
  std::unique_ptr<DryGate> dry_;  // in dry run only
  Timeline& timeline_;
  std::function<void(int gate)> wake_;
  uint64_t given_back_ = 0;
  std::array<int, kRanks> to_displace_{};  // so many of the oldest give way to newer ones
  HeldPlaces held_;                        // of who was refused
  Timeline::Timer serve_timer_, release_timer_;
  std::array<Timeline::Timer, kRanks> expiry_timers_;
};

}  // namespace weir::limiters
