#include <gtest/gtest.h>

#include "limiters/aimd_limit.h"
#include "limiters/fixed_limit.h"
#include "limiters/make_limiter.h"
#include "limiters/vegas_limit.h"

// The rules that are restated from elsewhere, window by window, with literal times.
namespace weir::limiters {
namespace {

enum class Use { kFull, kHalfIdle };

// `count` successes of the same latency while the limit was in use, or hardly.
Window window(int limit, double seconds, double count, double overloads, Use use) {
  Window made;
  made.opened = TimePoint{};
  made.closed = TimePoint{} + std::chrono::seconds(1);
  made.levels[level_of(limit)] = {count, count * seconds, count * seconds * seconds};
  made.answered[static_cast<size_t>(Outcome::kSuccess)] = count;
  made.answered[static_cast<size_t>(Outcome::kOverload)] = overloads;
  made.limited = use == Use::kFull;
  made.peak_in_flight = use == Use::kFull ? limit : limit / 2 - 1;
  return made;
}

struct Case {
  const char* what;
  double seconds, count, overloads;
  Use use;
  int limit;  // expected, from 20
  Cause cause;
};

LimiterParams from_twenty() { return {}; }

TEST(FixedLimit, IsTheOperatorsNumberWhateverHappens) {
  LimiterParams params;
  params.fixed.limit = 7;
  FixedLimit limit(params);
  EXPECT_EQ(limit.update(window(7, 9, 100, 100, Use::kFull)), Cause::kHeld);
  EXPECT_EQ(limit.limit(), 7);
}

TEST(FixedLimit, StaysWithinItsBounds) {
  LimiterParams params;
  params.fixed.limit = 5000;
  EXPECT_EQ(FixedLimit(params).limit(), params.max_limit);
}

TEST(EveryRuleButKnee, TakesATimeoutForALoss) {
  for (const Algorithm algorithm :
       {Algorithm::kAimd, Algorithm::kVegas, Algorithm::kGradient, Algorithm::kGradient2}) {
    LimiterParams params;
    params.algorithm = algorithm;
    const auto rule = make_algorithm(params);
    Window late = window(20, 0.01, 50, 0, Use::kFull);
    late.answered[static_cast<size_t>(Outcome::kTimedOut)] = 10;
    EXPECT_EQ(rule->update(late), Cause::kOverload);
  }
}

TEST(AimdLimit, FollowsItsTable) {
  const Case cases[] = {
      {"in use: one more", 0.01, 50, 0, Use::kFull, 21, Cause::kLatencyLow},
      {"slow but below the timeout: one more", 4, 50, 0, Use::kFull, 21, Cause::kLatencyLow},
      {"above the timeout: a tenth less", 6, 50, 0, Use::kFull, 18, Cause::kOverload},
      {"one loss: a tenth less", 0.01, 50, 1, Use::kFull, 18, Cause::kOverload},
      {"a loss counts unused too", 0.01, 50, 1, Use::kHalfIdle, 18, Cause::kOverload},
      {"only losses", 0, 0, 5, Use::kFull, 18, Cause::kOverload},
      {"not in use: held", 0.01, 50, 0, Use::kHalfIdle, 20, Cause::kNotLimited},
      {"nothing seen: held", 0, 0, 0, Use::kFull, 20, Cause::kFewSamples},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    AimdLimit limit(from_twenty());
    EXPECT_EQ(limit.update(window(20, row.seconds, row.count, row.overloads, row.use)), row.cause);
    EXPECT_EQ(limit.limit(), row.limit);
  }
}

// The second window is judged against the 10 ms of the first, which itself adds 6 to the limit.
TEST(VegasLimit, FollowsItsTable) {
  const Case cases[] = {
      {"no queue: six more", 0.010, 50, 0, Use::kFull, 32, Cause::kLatencyLow},
      {"a queue of 2: one more", 0.0108, 50, 0, Use::kFull, 27, Cause::kLatencyLow},
      {"a queue of 5: held", 0.0124, 50, 0, Use::kFull, 26, Cause::kHeld},
      {"a queue of 13: one less", 0.020, 50, 0, Use::kFull, 25, Cause::kLatencyHigh},
      {"a queue of 13, unused: one less", 0.020, 50, 0, Use::kHalfIdle, 25, Cause::kLatencyHigh},
      {"a loss: one less", 0.010, 50, 1, Use::kFull, 25, Cause::kOverload},
      {"not in use: held", 0.010, 50, 0, Use::kHalfIdle, 26, Cause::kNotLimited},
      {"nothing seen: held", 0, 0, 0, Use::kFull, 26, Cause::kFewSamples},
  };
  for (const Case& row : cases) {
    SCOPED_TRACE(row.what);
    VegasLimit limit(from_twenty());
    EXPECT_EQ(limit.update(window(20, 0.010, 50, 0, Use::kFull)), Cause::kLatencyLow);
    ASSERT_EQ(limit.limit(), 26);
    EXPECT_EQ(limit.update(window(26, row.seconds, row.count, row.overloads, row.use)), row.cause);
    EXPECT_EQ(limit.limit(), row.limit);
  }
}

// As written in its header: under lasting overload the baseline drifts upwards.
TEST(VegasLimit, ForgetsItsBaselineAfterSomeTime) {
  LimiterParams params;
  params.vegas.probe_multiplier = 1;
  VegasLimit limit(params);
  limit.update(window(20, 0.010, 10, 0, Use::kFull));
  limit.update(window(20, 0.030, 100, 0, Use::kFull));
  EXPECT_EQ(limit.baseline(), std::chrono::milliseconds(30));
}

}  // namespace
}  // namespace weir::limiters
