#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "limiters/make_limiter.h"
#include "limiters/regulator.h"

// What the tests of Regulator have in common: two loops whose measurements are written by hand; it
// knows no gate.
namespace weir::limiters {

// AIMD moves by one at each window that saw a full service, so that every window shows.
class RegulatorTest : public ::testing::Test {
 protected:
  void build() {
    pool_ = std::make_unique<PermitPool>(2, first_limit(params_), first_max_waiting(queue_));
    regulator_ = std::make_unique<Regulator>(
        params_, queue_, *pool_, std::vector<const SamplerShard*>{&one_, &other_}, timeline_,
        [this](int gate) { woken_.push_back(gate); });
  }
  void finish(SamplerShard& shard, int count, Outcome outcome = Outcome::kSuccess,
              Duration latency = std::chrono::milliseconds(10)) {
    for (int i = 0; i < count; ++i) {
      shard.arrived();
      shard.granted(pool_->cohort());
      shard.answered({timeline_.now(), latency, 20, outcome}, pool_->cohort());
    }
  }
  // Every permit is out, and somebody waits for one.
  void fill() {
    while (pool_->take()) {
    }
    pool_->note_limited();
  }
  void pass(Duration time) { timeline_.run_until(timeline_.now() + time); }

  LimiterParams params_{.algorithm = Algorithm::kAimd,
                        .fixed = {},
                        .aimd = {},
                        .vegas = {},
                        .gradient = {},
                        .gradient2 = {}};
  QueueParams queue_;
  Timeline timeline_{TimePoint{} + std::chrono::hours(1)};
  SamplerShard one_, other_;
  std::vector<int> woken_;
  std::unique_ptr<PermitPool> pool_;
  std::unique_ptr<Regulator> regulator_;
};

}  // namespace weir::limiters
