#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "limiters/limiter.h"
#include "limiters/make_limiter.h"
#include "limiters/regulator.h"
#include "load-tests/bench/counted_new.h"

// What the limiter costs a request and a second. Time is a Timeline's that the loops below push
// on, so nothing here asks for the real one; the library times the loops.
namespace {

using namespace weir::limiters;
using std::chrono::microseconds;
using std::chrono::milliseconds;

static_assert(std::atomic<double>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

constexpr int kPlenty = 1000;  // places

// Takes the place that it waited for, or notes that it got none.
struct Asker final : Waiter {
  void on_permit(Permit granted) override { permit.emplace(std::move(granted)); }
  void on_rejected(Rejection) override { ++rejected; }

  std::optional<Permit> permit;
  int rejected = 0;
};

// One loop's part of the limiter.
struct Gate {
  Gate(int number, PermitPool& pool)
      : limiter(number, pool, shard, make_lanes({}), {}, timeline, [](int) {}) {}

  void pass(weir::limiters::Duration time) { timeline.run_until(timeline.now() + time); }

  Timeline timeline{TimePoint()};
  SamplerShard shard;
  Limiter limiter;
};

// Allocations for each turn of the loop, beside the time.
class AllocationCount {
 public:
  explicit AllocationCount(benchmark::State& state) : state_(state) {}
  ~AllocationCount() {
    state_.counters["allocations"] =
        benchmark::Counter(static_cast<double>(weir::bench::allocations() - before_),
                           benchmark::Counter::kAvgIterations);
  }

 private:
  benchmark::State& state_;
  const uint64_t before_ = weir::bench::allocations();
};

// What a request costs that finds a place: admitted, answered 50 us later, measured.
void pass_through(benchmark::State& state, Gate& gate) {
  Asker asker;
  const AllocationCount count(state);
  for (auto _ : state) {
    Admission admission = gate.limiter.admit({}, asker);
    auto* permit = std::get_if<Permit>(&admission);
    if (permit == nullptr) return state.SkipWithError("not admitted");
    gate.pass(microseconds(50));
    permit->responded(Outcome::kSuccess);
    std::move(*permit).finish(Outcome::kSuccess);
  }
}

void admit_finish(benchmark::State& state) {
  PermitPool pool(1, kPlenty, 0);
  Gate gate(0, pool);
  pass_through(state, gate);
}
BENCHMARK(admit_finish);

// The same on two loops at once, which share nothing but the pool. What each spends is in the CPU
// column; the time of both overlaps.
void admit_finish_contended(benchmark::State& state) {
  static PermitPool pool(2, kPlenty, 0);
  const auto gate = std::make_unique<Gate>(state.thread_index(), pool);
  pass_through(state, *gate);
}
BENCHMARK(admit_finish_contended)->Threads(2);

// No place, and as many wait as may: `range(0)`. Time stands still, or those who wait would go.
void reject(benchmark::State& state) {
  PermitPool pool(1, 1, static_cast<int>(state.range(0)));
  Gate gate(0, pool);
  Asker holder;
  Asker waiting;
  const Admission held = gate.limiter.admit({}, holder);
  const Admission queued = gate.limiter.admit({}, waiting);
  Asker asker;
  const AllocationCount count(state);
  for (auto _ : state) {
    const Admission admission = gate.limiter.admit({}, asker);
    if (!std::holds_alternative<Rejection>(admission)) return state.SkipWithError("not rejected");
  }
}
BENCHMARK(reject)->Arg(0)->Arg(1);

// One waits; whoever has the place finishes, and in a later turn the place is handed on.
void queue_finish_serve(benchmark::State& state) {
  PermitPool pool(1, 1, kPlenty);
  Gate gate(0, pool);
  Asker askers[2];
  Admission first = gate.limiter.admit({}, askers[0]);
  askers[0].permit.emplace(std::move(std::get<Permit>(first)));
  size_t turn = 0;
  const AllocationCount count(state);
  for (auto _ : state) {
    Asker& leaves = askers[turn % 2];
    Asker& comes = askers[++turn % 2];
    if (!std::holds_alternative<Queued>(gate.limiter.admit({}, comes)))
      return state.SkipWithError("not queued");
    leaves.permit->responded(Outcome::kSuccess);
    std::move(*leaves.permit).finish(Outcome::kSuccess);
    leaves.permit.reset();
    gate.pass(microseconds(50));
    if (!comes.permit) return state.SkipWithError("not served");
  }
}
BENCHMARK(queue_finish_serve);

// The queue is full, and whoever comes takes the place of the oldest, who is rejected.
void take_place_of_oldest(benchmark::State& state) {
  PermitPool pool(1, 1, kPlenty);
  pool.publish_per_second(1e6);
  pool.publish_queue(std::chrono::hours(1), 1);
  Gate gate(0, pool);
  if (!pool.take()) return state.SkipWithError("no place to occupy");
  Asker askers[2];
  size_t turn = 0;
  int came = 0;
  const AllocationCount count(state);
  for (auto _ : state) {
    if (!std::holds_alternative<Queued>(gate.limiter.admit({}, askers[++turn % 2])))
      return state.SkipWithError("not queued");
    ++came;
    gate.pass(microseconds(1));
  }
  if (askers[0].rejected + askers[1].rejected != came - 1)
    state.SkipWithError("not all but the last were rejected");
}
BENCHMARK(take_place_of_oldest);

// ---- the control tick ----

// A service with 32 places, seen with any number in flight up to 1000, so that no level of the
// curve is empty.
void feed(SamplerShard& shard, const PermitPool& pool) {
  constexpr int kPlaces = 32;
  for (int in_flight = 1; in_flight <= kPlenty; in_flight += 1 + in_flight / 8) {
    const auto latency = microseconds(100) * std::max(kPlaces, in_flight) / kPlaces;
    shard.arrived();
    shard.granted(pool.cohort());
    shard.answered({{}, latency, in_flight, Outcome::kSuccess}, pool.cohort());
  }
}

// The tick that closes a window and judges it, every other one under load, of `range(0)` loops;
// "decided" says how many of them did.
void control_tick_deciding(benchmark::State& state) {
  Timeline timeline{TimePoint()};
  const auto loops = static_cast<size_t>(state.range(0));
  PermitPool pool(static_cast<int>(loops), kPlenty, 0);
  std::vector<SamplerShard> shards(loops);
  std::vector<const SamplerShard*> read;
  for (const SamplerShard& shard : shards) read.push_back(&shard);
  Regulator regulator({}, {}, pool, read, timeline, [](int) {});
  int decided = 0;
  for (auto _ : state) {
    state.PauseTiming();
    pool.note_limited();
    for (int i = 0; i < 3; ++i)
      for (SamplerShard& shard : shards) feed(shard, pool);
    const double judged = regulator.samples();
    timeline.run_until(timeline.now() + Regulator::kTick);
    state.ResumeTiming();
    timeline.run_until(timeline.now() + Regulator::kTick);
    decided += regulator.samples() > judged ? 1 : 0;
  }
  state.counters["decided"] = benchmark::Counter(decided, benchmark::Counter::kAvgIterations);
}
BENCHMARK(control_tick_deciding)->Arg(1)->Arg(4);

// When nothing has come.
void control_tick(benchmark::State& state) {
  Timeline timeline{TimePoint()};
  PermitPool pool(1, kPlenty, 0);
  SamplerShard shard;
  Regulator regulator({}, {}, pool, {&shard}, timeline, [](int) {});
  for (auto _ : state) timeline.run_until(timeline.now() + Regulator::kTick);
}
BENCHMARK(control_tick);

}  // namespace
