#include "limiters/gradient2_limit.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

enum class Use { kFull, kHalfIdle };

// Successes of the same latency while the limit was in use, or hardly.
Window window(const Gradient2Limit& limit, double seconds, double overloads = 0,
              Use use = Use::kFull) {
  const double count = seconds > 0 ? 50 : 0;
  Window made;
  made.opened = TimePoint{};
  made.closed = TimePoint{} + std::chrono::seconds(1);
  made.levels[level_of(limit.limit())] = {count, count * seconds, count * seconds * seconds};
  made.answered[static_cast<size_t>(Outcome::kSuccess)] = count;
  made.answered[static_cast<size_t>(Outcome::kOverload)] = overloads;
  made.limited = use == Use::kFull;
  made.peak_in_flight = use == Use::kFull ? limit.limit() : limit.limit() / 2 - 1;
  return made;
}

LimiterParams from(int initial) {
  LimiterParams params;
  params.initial_limit = initial;
  return params;
}

void see(Gradient2Limit& limit, double seconds, int windows) {
  for (int i = 0; i < windows; ++i) limit.update(window(limit, seconds, 0, Use::kHalfIdle));
}

// From 100, after ten windows of 10 ms that were not in use.
TEST(Gradient2Limit, FollowsItsTable) {
  const struct {
    const char* what;
    double seconds, overloads;
    Use use;
    int limit;
    Cause cause;
  } cases[] = {
      {"as usual: a fifth of 4 more", 0.010, 0, Use::kFull, 100, Cause::kLatencyLow},
      {"half as slow again is healthy", 0.015, 0, Use::kFull, 100, Cause::kLatencyLow},
      {"twice: 0.8 + 0.2 (0.75 + 0.04)", 0.020, 0, Use::kFull, 95, Cause::kLatencyHigh},
      {"ten times: at most half", 0.100, 0, Use::kFull, 90, Cause::kLatencyHigh},
      {"a loss: half, without the allowance", 0.010, 1, Use::kFull, 90, Cause::kOverload},
      {"only losses, unused", 0, 5, Use::kHalfIdle, 90, Cause::kOverload},
      {"not in use: held", 0.100, 0, Use::kHalfIdle, 100, Cause::kNotLimited},
      {"nothing seen: held", 0, 0, Use::kFull, 100, Cause::kFewSamples},
  };
  for (const auto& row : cases) {
    SCOPED_TRACE(row.what);
    Gradient2Limit limit(from(100));
    see(limit, 0.010, 10);
    EXPECT_EQ(limit.update(window(limit, row.seconds, row.overloads, row.use)), row.cause);
    EXPECT_EQ(limit.limit(), row.limit);
  }
}

TEST(Gradient2Limit, ItsAverageIsPlainForTenWindowsAndThenLong) {
  Gradient2Limit limit(from(20));
  see(limit, 0.010, 5);
  see(limit, 0.020, 5);
  EXPECT_NEAR(to_seconds(limit.baseline()), 0.015, 1e-6);
  see(limit, 0.020, 1);
  EXPECT_NEAR(to_seconds(limit.baseline()), 0.015 + 0.005 * 2 / 601, 1e-6);
}

TEST(Gradient2Limit, AnAverageOfMoreThanTwiceTheLatencyDecays) {
  Gradient2Limit limit(from(20));
  see(limit, 0.100, 10);
  see(limit, 0.010, 1);
  EXPECT_NEAR(to_seconds(limit.baseline()), (0.100 - 0.090 * 2 / 601) * 0.95, 1e-6);
}

// As written in its header: why it is not the default.
TEST(Gradient2Limit, FollowsWhateverLasts) {
  LimiterParams params = from(100);
  params.gradient2.long_window = 20;
  Gradient2Limit limit(params);
  see(limit, 0.010, 10);
  for (int i = 0; i < 5; ++i) limit.update(window(limit, 0.040));
  EXPECT_LT(limit.limit(), 80);
  for (int i = 0; i < 200; ++i) limit.update(window(limit, 0.040));
  EXPECT_GT(limit.limit(), 150);
}

TEST(Gradient2Limit, ResultsBelowOnePlaceAreKept) {
  Gradient2Limit limit(from(20));
  see(limit, 0.010, 10);
  for (int i = 0; i < 5; ++i) limit.update(window(limit, 0.010));
  EXPECT_EQ(limit.limit(), 24);
}

}  // namespace
}  // namespace weir::limiters
