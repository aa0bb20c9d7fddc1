#include <gtest/gtest.h>

#include "limiters/regulator.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Settling : public ::testing::Test {
 protected:
  void finish(int count, Outcome outcome, Duration latency = milliseconds(10)) {
    for (int i = 0; i < count; ++i)
      shard.add({timeline.now(), latency, 20, outcome}, SamplerShard::Age::kFresh);
  }
  void run(Duration delay) { timeline.run_until(timeline.now() + delay); }
  static LimiterParams aimd() {
    LimiterParams params;
    params.algorithm = Algorithm::kAimd;
    return params;
  }

  Timeline timeline{TimePoint{} + seconds(1)};
  SamplerShard shard;
  PermitPool pool{2, 20, 1000};
  std::vector<int> woken;
  Regulator regulator{aimd(),   {},       pool,
                      {&shard}, timeline, [this](int gate) { woken.push_back(gate); }};
};

TEST_F(Settling, AfterAStepItWaitsUntilTheServiceHasSettled) {
  finish(50, Outcome::kSuccess, milliseconds(100));
  finish(1, Outcome::kOverload);
  run(milliseconds(20));
  ASSERT_EQ(pool.limit(), 18) << "a tenth: not yet a step";
  finish(50, Outcome::kSuccess, milliseconds(100));
  finish(1, Outcome::kOverload);
  run(milliseconds(20));
  ASSERT_EQ(pool.limit(), 16) << "more than a tenth: a step";
  const auto decided = regulator.decisions().size();
  finish(60, Outcome::kOverload);
  run(milliseconds(310));
  EXPECT_EQ(regulator.decisions().size(), decided) << "sent under the old limit";
  finish(60, Outcome::kOverload);
  run(milliseconds(30));
  EXPECT_EQ(regulator.decisions().size(), decided + 1);
}

}  // namespace
}  // namespace weir::limiters
