#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>

#include "limiters/random.h"
#include "tests/limiters/gate_fixture.h"

// What must hold at every gate whatever happens: random runs in virtual time over 1 to 4 gates.
namespace weir::limiters {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr size_t kLanes = 3;

class RandomRun {
 public:
  RandomRun(uint64_t seed, int gates) : random_(seed), pool_(gates, 3, 12) {
    for (int i = 0; i < gates; ++i) {
      shards_.push_back(std::make_unique<SamplerShard>());
      QueueParams queue;
      queue.priorities = kLanes;
      gates_.push_back(std::make_unique<Limiter>(i, pool_, *shards_.back(), make_lanes(queue),
                                                 LimiterParams{}, timeline_,
                                                 [this](int gate) { post_wake(gate); }));
    }
    pool_.publish_per_second(800);
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const double choice = random_.uniform();
      if (choice < 0.45)
        arrive();
      else if (choice < 0.5)
        somebody_leaves();
      else if (choice < 0.52)
        move_limit();
      else if (choice < 0.53)
        burst();
      pass(microseconds(static_cast<int64_t>(random_.exponential(400))));
    }
    pass(std::chrono::seconds(10));
    trace_ += " end";
  }

  const std::string& trace() const { return trace_; }
  uint64_t arrived() const { return arrived_; }
  uint64_t ended() const { return ended_; }
  uint64_t rejected() const { return rejected_; }
  uint64_t waited() const { return waited_; }
  uint64_t displaced() const { return displaced_; }
  const PermitPool& pool() const { return pool_; }
  double samples() const {
    double all = 0;
    for (const auto& shard : shards_)
      for (const double count : shard->read().answered) all += count;
    return all;
  }
  uint64_t granted() const { return granted_; }
  // Of all cohorts: those who are waited for.
  double out() const {
    double out = 0;
    for (const auto& shard : shards_)
      for (Cohort cohort = 1; cohort <= pool_.cohort(); ++cohort)
        out += shard->read(cohort).granted - shard->read(cohort).answered;
    return out;
  }

 private:
  class Request final : public Waiter {
   public:
    Request(RandomRun& run, uint64_t id, size_t gate, uint8_t priority)
        : run_(run), id_(id), gate_(gate), priority_(priority) {}
    void on_permit(Permit permit) override { run_.granted(*this, std::move(permit)); }
    void on_rejected(Rejection why) override { run_.ended(*this, why); }
    RandomRun& run_;
    const uint64_t id_;
    const size_t gate_;
    const uint8_t priority_;
    int answers_ = 0;
    bool waiting_ = false;
    std::optional<Permit> permit_;
    Timeline::Timer done_;
  };

  void post_wake(int gate) {
    const uint64_t id = ++posted_;
    const auto delay = microseconds(static_cast<int64_t>(random_.exponential(50)));
    wakes_[id] = timeline_.after(delay, [this, gate, id] {
      gates_[static_cast<size_t>(gate)]->serve();
      delivered_.push_back(id);
    });
  }

  void arrive() {
    const auto gate = static_cast<size_t>(random_.next() % gates_.size());
    const uint64_t id = ++arrived_;
    Arrival arrival;
    arrival.priority = static_cast<uint8_t>(random_.next() % kLanes);
    Request& request =
        *(requests_[id] = std::make_unique<Request>(*this, id, gate, arrival.priority));
    if (random_.uniform() < 0.3)
      arrival.deadline = timeline_.now() + from_seconds(random_.exponential(0.003));
    const bool queue_behind_gate = waits_at(gate, arrival.priority);
    Admission answer = gates_[gate]->admit(arrival, request);
    if (auto* permit = std::get_if<Permit>(&answer)) {
      EXPECT_FALSE(queue_behind_gate) << "a newcomer overtook its gate's queue";
      return granted(request, std::move(*permit));
    }
    if (const auto* why = std::get_if<Rejection>(&answer)) return ended(request, *why);
    request.waiting_ = true;
    ++waited_;
  }

  bool waits_at(size_t gate, uint8_t priority) const {
    for (const auto& [id, request] : requests_)
      if (request->waiting_ && request->gate_ == gate && request->priority_ <= priority)
        return true;
    return false;
  }

  void granted(Request& request, Permit permit) {
    ++request.answers_;
    ++granted_;
    EXPECT_LE(pool_.in_flight(), pool_.limit()) << "granted above the limit";
    if (request.waiting_) in_order(request);
    request.waiting_ = false;
    request.permit_ = std::move(permit);
    if (random_.uniform() < 0.2) request.permit_->request_incomplete();
    trace_ += " +" + std::to_string(request.id_);
    const Duration work = from_seconds(random_.exponential(0.002));
    request.done_ = timeline_.after(work, [this, &request] { done(request); });
  }

  // The oldest of its queue first, and where more is asked for than can be done the newest.
  void in_order(const Request& request) const {
    const bool newest_first = pool_.standing(request.priority_);
    for (const auto& [id, other] : requests_) {
      if (!other->waiting_ || other->gate_ != request.gate_ ||
          other->priority_ != request.priority_)
        continue;
      if (newest_first)
        EXPECT_LE(id, request.id_) << "a newer one waits";
      else
        EXPECT_GE(id, request.id_) << "an older one waits";
    }
  }

  void done(Request& request) {
    const auto outcome = static_cast<Outcome>(random_.next() % kOutcomes);
    if (random_.uniform() < 0.5) request.permit_->request_complete();
    if (random_.uniform() < 0.5) request.permit_->responded(outcome);
    if (random_.uniform() < 0.1) request.permit_->request_complete();
    if (random_.uniform() < 0.1) request.permit_->step_aside();
    if (random_.uniform() < 0.9) std::move(*request.permit_).finish(outcome);
    trace_ += " -" + std::to_string(request.id_);
    finish(request);
  }

  void ended(Request& request, Rejection why) {
    ++request.answers_;
    ++rejected_;
    displaced_ += request.waiting_ && why == Rejection::kShed ? 1 : 0;
    request.waiting_ = false;
    trace_ += " x" + std::to_string(request.id_) + "/" + std::to_string(static_cast<int>(why));
    finish(request);
  }

  // Each request ends once; it is taken apart when nothing of it runs any more.
  void finish(Request& request) {
    EXPECT_EQ(request.answers_, 1);
    ++ended_;
    over_.push_back(std::move(requests_.extract(request.id_).mapped()));
  }

  void somebody_leaves() {
    if (requests_.empty()) return;
    auto gone = requests_.begin();
    std::advance(gone, static_cast<std::ptrdiff_t>(random_.next() % requests_.size()));
    trace_ += " l" + std::to_string(gone->first);
    ++ended_;
    requests_.erase(gone);
  }

  void burst() {
    for (int i = 0; i < 20; ++i) arrive();
  }

  void move_limit() {
    const int before = pool_.limit();
    pool_.publish_limit(1 + static_cast<int>(random_.next() % 6));
    const int most = random_.uniform() < 0.4 ? std::numeric_limits<int>::max()
                                             : 1 + static_cast<int>(random_.next() % 8);
    pool_.publish_queue(microseconds(1 + random_.next() % 3000), most, random_.next() % kLanes);
    const Duration baseline = microseconds(random_.next() % 4000);
    pool_.publish_baseline(baseline);
    pool_.publish_refused_hold(baseline);
    // Fewer than are remembered, so that all can be counted at the end.
    if (pool_.cohort() + 1 < SamplerShard::kCohorts && random_.uniform() < 0.1)
      pool_.publish_cohort(pool_.cohort() + 1);
    if (pool_.limit() <= before) return;
    for (int gate = 0; gate < pool_.gates(); ++gate) post_wake(gate);
  }

  void pass(Duration time) {
    const TimePoint until = timeline_.now() + time;
    for (TimePoint due = next(); due <= until; due = next()) turn(due);
    turn(until);
  }

  void turn(TimePoint until) {
    const int before = pool_.in_flight();
    timeline_.run_until(until);
    over_.clear();
    for (const uint64_t id : delivered_) wakes_.erase(id);
    delivered_.clear();
    EXPECT_LE(pool_.in_flight(), std::max(before, pool_.limit()));
    if (!wakes_.empty() || next() <= timeline_.now()) return;
    EXPECT_FALSE(pool_.waiting() > 0 && pool_.in_flight() < pool_.limit())
        << "a free place and a waiter at rest";
  }

  TimePoint next() const { return timeline_.next().value_or(TimePoint::max()); }

  Random random_;
  Timeline timeline_{TimePoint{} + std::chrono::hours(1)};
  PermitPool pool_;
  std::vector<std::unique_ptr<SamplerShard>> shards_;
  std::vector<std::unique_ptr<Limiter>> gates_;
  std::map<uint64_t, std::unique_ptr<Request>> requests_;
  std::vector<std::unique_ptr<Request>> over_;
  std::map<uint64_t, Timeline::Timer> wakes_;
  std::vector<uint64_t> delivered_;
  uint64_t posted_ = 0, arrived_ = 0, ended_ = 0, rejected_ = 0, waited_ = 0, granted_ = 0,
           displaced_ = 0;
  std::string trace_;
};

class LawsOfTheGate : public ::testing::TestWithParam<int> {};

TEST_P(LawsOfTheGate, HoldInRandomRuns) {
  uint64_t rejected = 0, waited = 0, displaced = 0;
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed, GetParam());
    run.run(600);
    EXPECT_EQ(run.arrived(), run.ended());
    EXPECT_EQ(run.pool().in_flight(), 0);
    EXPECT_EQ(run.pool().waiting(), 0);
    EXPECT_EQ(run.samples(), static_cast<double>(run.granted())) << "a permit given back twice";
    EXPECT_EQ(run.out(), 0) << "nobody is left in a cohort";
    for (size_t priority = 0; priority < kLanes; ++priority)
      EXPECT_EQ(run.pool().waiting(priority), 0);
    rejected += run.rejected();
    waited += run.waited();
    displaced += run.displaced();
    if (HasFailure()) return;
  }
  EXPECT_GT(rejected, 100U);
  EXPECT_GT(waited, 100U);
  EXPECT_GT(displaced, 30U);
}

TEST_P(LawsOfTheGate, TheSameSeedGivesTheSameTrace) {
  RandomRun first(7, GetParam()), second(7, GetParam());
  first.run(300);
  second.run(300);
  EXPECT_EQ(first.trace(), second.trace());
}

INSTANTIATE_TEST_SUITE_P(Gates, LawsOfTheGate, ::testing::Range(1, 5));

}  // namespace
}  // namespace weir::limiters
