#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "limiters/fair_share.h"
#include "limiters/limit_algorithm.h"
#include "limiters/params.h"
#include "limiters/passed_over.h"
#include "limiters/permit_pool.h"
#include "limiters/queue_bounds.h"
#include "limiters/sampler_shard.h"
#include "limiters/service_pace.h"
#include "limiters/short_queue.h"
#include "limiters/silence.h"
#include "limiters/standing_queue.h"
#include "limiters/timeline.h"
#include "limiters/window.h"

// Turns what all loops measured into the one limit, and remembers why; it does not know what a
// request is.
namespace weir::limiters {

// One step of the limit, with what it was taken on.
struct Decision {
  TimePoint when;
  int from = 0, to = 0;
  Cause cause = Cause::kStart;
  double baseline_seconds = 0;  // 0: not known
  // Mean of those that were answered, and with what is known of those that were not, by which the
  // limit is judged: longer than anything lasted, where few were answered. 0: of none.
  double latency_seconds = 0, judged_latency_seconds = 0;
  double per_second = 0;  // successes
  int peak_places = 0;    // taken at once, those that were only held among them
  double samples = 0;
};

// Lives on one loop. A window is closed when it has seen enough for a judgement, and after a while
// even when it has not: a service that has stalled must not freeze the limit.
class Regulator {
 public:
  // `pool`, `shards` and `timeline` outlive it. `wake` asks a gate to serve() its waiters.
  Regulator(const LimiterParams& params, const QueueParams& queue_params, PermitPool& pool,
            std::vector<const SamplerShard*> shards, Timeline& timeline,
            std::function<void(int gate)> wake);
  Regulator(const Regulator&) = delete;
  Regulator& operator=(const Regulator&) = delete;

  // The last changes of the limit, the oldest first.
  static constexpr size_t kRemembered = 256;
  const std::deque<Decision>& decisions() const { return decisions_; }
  // What the last window showed, whether or not it changed anything.
  const Decision& last() const { return last_; }
  Duration baseline() const { return algorithm_->baseline(); }
  bool probing() const { return algorithm_->probing(); }
  // Of the published limit, for those who wait for what hangs.
  int hung() const { return algorithm_->hung(); }
  // Who asks for how much; none where callers do not share by partition.
  const std::optional<FairShare>& fair_share() const { return fair_share_; }
  // How often the limit went up (true) or down for each cause.
  using Changes = std::map<std::pair<Cause, bool>, uint64_t>;
  const Changes& changes() const { return changes_; }
  // Latencies judged by so far.
  double samples() const { return samples_; }
  // Called at each change of the limit.
  std::function<void(const Decision& decision)> on_decision;

  static constexpr Duration kTick = std::chrono::milliseconds(10);
  static constexpr int kTicksToShare = 5;  // shares are found anew every 50 ms

 private:
  // A cohort from its first grant on.
  struct Batch {
    Cohort cohort;
    Window window;
    SamplerShard::Totals before;  // at its opening
    double in_use = 0;            // sum of the shares of places in use, one each look
    double waiting = 0;           // sum of those who wait, one each look
    int looks = 0;
    bool ramp = false;  // a burst let in by a raised limit: shows the burst, not the limit
  };

  // May be taken at once.
  int places() const { return algorithm_->limit() + algorithm_->hung(); }
  void tick();
  void note_short_queue(const SamplerShard::Totals& now);
  void note_arrivals(const SamplerShard::Totals& now);
  double as_if_limited(double per_second) const;
  void note_partitions();
  void publish_shares();
  void note_use(Batch& batch) const;
  int waiting(size_t rank = kRanks - 1) const;
  void note_silence(const SamplerShard::Totals& now);
  bool ripe(const Batch& batch) const;
  bool complete(const Batch& batch) const;
  bool passed_over(Duration since) const;
  void open_next(const SamplerShard::Totals& now);
  Window judged(const Batch& batch) const;
  void decide(const Window& window);
  void publish();
  void tell_gates(const Window& window);
  SamplerShard::Totals read() const;
  SamplerShard::CohortTotals read(Cohort cohort) const;
  CohortCounts count(Cohort cohort) const;

  const QueueParams queue_params_;
  std::unique_ptr<LimitAlgorithm> algorithm_;
  PermitPool& pool_;
  std::vector<const SamplerShard*> shards_;
  Timeline& timeline_;
  std::function<void(int gate)> wake_;
  std::deque<Batch> batches_;  // the last is open, the others wait until they are answered
  std::array<double, kRanks> arrived_before_{};
  double turned_away_before_ = 0;
  double served_before_ = 0;
  std::vector<OfferedRate> offered_;     // by each rank and the more important ones
  std::vector<StandingQueue> standing_;  // the same
  std::optional<FairShare> fair_share_;
  int ticks_to_share_ = kTicksToShare;
  TimePoint shared_;  // when they were found
  ServicePace pace_;
  ShortQueue short_queue_;
  Silence silence_{kTick};
  PassedOver passed_over_{kTick};
  double answered_after_ = 0;  // seconds, on average, in the last window
  std::deque<Decision> decisions_;
  Changes changes_;
  double samples_ = 0;
  Decision last_;
  Timeline::Timer timer_;
};

}  // namespace weir::limiters
