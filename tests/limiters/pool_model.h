#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "limiters/limiter.h"
#include "limiters/random.h"
#include "limiters/regulator.h"

// A pool of workers behind one gate, in virtual time, under open-loop load; it knows no proxy.
namespace weir::limiters {

enum class Shape : uint8_t { kDeterministic, kExponential, kBimodal };

// What holds for a while.
struct Phase {
  double seconds;
  double load;         // arrivals, as a share of what `PoolSpec::workers` can do
  int workers = 0;     // 0: PoolSpec::workers
  double outside = 0;  // seconds that every answer takes beyond its time in a worker
};

struct PoolSpec {
  int workers = 10;
  double service = 0.010;  // seconds, mean
  Shape shape = Shape::kDeterministic;
  bool newest_first = false;
  std::vector<Phase> phases;
  LimiterParams limiter{};
  QueueParams queue{};
  uint64_t seed = 1;
};

// One request, from its arrival to its end, in seconds from the start.
struct Passage {
  double arrived = 0, ended = 0;
  bool served = false;
  double latency() const { return ended - arrived; }
};

class PoolModel {
 public:
  explicit PoolModel(PoolSpec spec);
  // All phases, then until nobody is left.
  void run();

  // Completions per second between two times.
  double goodput(double from, double to) const;
  // Requests that arrived between two times and were turned away.
  int sheds(double from, double to) const;
  // Of those who arrived between two times and were served, in seconds; `share` in [0, 1].
  double quantile(double share, double from, double to) const;
  // Mean limit between two times.
  double mean_limit(double from, double to) const;
  int most_in_service() const { return most_in_service_; }
  const std::deque<Decision>& decisions() const { return regulator_.decisions(); }

  static double end() { return 1e9; }

 private:
  struct Request final : Waiter {
    Request(PoolModel& pool, uint64_t number) : model(pool), id(number) {}
    void on_permit(Permit granted) override { model.enter(*this, std::move(granted)); }
    void on_rejected(Rejection) override { model.leave(*this, false); }
    PoolModel& model;
    const uint64_t id;
    double arrived = 0;
    std::optional<Permit> permit;
    Timeline::Timer timer;
  };

  double now() const { return to_seconds(timeline_.now() - TimePoint{}); }
  void run_turns(TimePoint until);
  void begin(size_t phase);
  void arrive_next();
  void arrive();
  void enter(Request& request, Permit permit);
  void work();
  void worked(Request& request);
  void leave(Request& request, bool served);
  double draw();

  const PoolSpec spec_;
  Timeline timeline_{TimePoint{}};
  Random chance_;
  PermitPool pool_;
  SamplerShard shard_;
  Limiter gate_;
  Regulator regulator_;
  Phase phase_{};
  double phase_end_ = 0;
  int busy_ = 0;
  int most_in_service_ = 0;
  uint64_t arrivals_ = 0;
  std::deque<Request*> inside_;  // not yet in a worker
  std::unordered_map<uint64_t, std::unique_ptr<Request>> requests_;
  std::unique_ptr<Request> spare_;
  std::vector<Passage> passages_;
  std::vector<std::pair<double, int>> limits_;
  Timeline::Timer arrival_timer_;
  Timeline::Timer phase_timer_;
};

}  // namespace weir::limiters
