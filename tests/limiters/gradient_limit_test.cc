#include "limiters/gradient_limit.h"

#include <gtest/gtest.h>

#include "limiters/latency_curve.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

Level level(double count, double mean) { return {count, count * mean, count * mean * mean}; }

// 100 successes of one latency at this number in flight, the limit in use.
Window window(double latency, int in_flight, double overloads = 0) {
  Window made;
  made.opened = TimePoint{};
  made.closed = made.opened + std::chrono::seconds(1);
  made.levels[level_of(in_flight)] = level(100, latency);
  made.answered[static_cast<size_t>(Outcome::kSuccess)] = 100;
  made.answered[static_cast<size_t>(Outcome::kOverload)] = overloads;
  made.peak_in_flight = in_flight;
  made.limited = true;
  return made;
}

LimiterParams params(Algorithm algorithm, int initial) {
  LimiterParams made;
  made.algorithm = algorithm;
  made.initial_limit = initial;
  return made;
}

// Has seen the service well below its limit.
GradientLimit settled(int initial) {
  GradientLimit algorithm(params(Algorithm::kGradient, initial));
  for (int in_flight = 1; in_flight <= 3; ++in_flight)
    for (int i = 0; i < 3; ++i) {
      Window idle = window(0.010, in_flight);
      idle.limited = false;
      EXPECT_EQ(algorithm.update(idle), Cause::kNotLimited);
    }
  return algorithm;
}

TEST(Gradient, DoublesUntilTheFirstQueue) {
  GradientLimit algorithm = settled(20);
  EXPECT_EQ(algorithm.update(window(0.010, 20)), Cause::kSlowStart);
  EXPECT_EQ(algorithm.limit(), 40);
  EXPECT_EQ(algorithm.update(window(0.020, 40)), Cause::kLatencyHigh);
  EXPECT_EQ(algorithm.limit(), 25) << "40 * 1.25 * 10 / 20";
  EXPECT_EQ(algorithm.update(window(0.0125, 25)), Cause::kLatencyLow);
  EXPECT_LE(algorithm.limit(), 26) << "at rest";
}

TEST(Gradient, DoesNotGrowWhatIsNotInUse) {
  GradientLimit algorithm = settled(20);
  EXPECT_EQ(algorithm.limit(), 20);
}

TEST(Gradient, LearnsByHalvingWhatWasFullFromTheStart) {
  GradientLimit algorithm(params(Algorithm::kGradient, 20));
  EXPECT_EQ(algorithm.update(window(0.100, 20)), Cause::kLatencyHigh);
  EXPECT_EQ(algorithm.limit(), 10);
  EXPECT_EQ(algorithm.update(window(0.050, 10)), Cause::kLatencyHigh) << "halving has helped";
  EXPECT_EQ(algorithm.limit(), 5);
  EXPECT_EQ(algorithm.update(window(0.025, 5)), Cause::kLatencyHigh);
  EXPECT_EQ(algorithm.limit(), 2);
  EXPECT_EQ(algorithm.update(window(0.010, 2)), Cause::kLatencyHigh);
  EXPECT_EQ(algorithm.limit(), 1);
  EXPECT_EQ(algorithm.update(window(0.010, 1)), Cause::kServiceSlower) << "it did not help";
  EXPECT_EQ(algorithm.limit(), 2);
  EXPECT_EQ(algorithm.baseline(), milliseconds(10));
}

TEST(Gradient, ServiceThatIsSlowerWhateverIsSentGetsItsLimitBack) {
  GradientLimit algorithm = settled(20);
  algorithm.update(window(0.010, 20));
  algorithm.update(window(0.014, 40));  // ends slow start
  const int before = algorithm.limit();
  EXPECT_EQ(algorithm.update(window(0.030, before)), Cause::kLatencyHigh);
  EXPECT_LE(algorithm.limit(), before / 2 + 1);
  Cause cause = algorithm.update(window(0.030, algorithm.limit()));
  EXPECT_EQ(cause, Cause::kServiceSlower);
  EXPECT_EQ(algorithm.limit(), before);
  EXPECT_NEAR(to_seconds(algorithm.baseline()), 0.030, 0.001);
}

TEST(Gradient, OverloadsOfATenthTakeATenth) {
  GradientLimit algorithm = settled(20);
  EXPECT_EQ(algorithm.update(window(0.010, 20, 20)), Cause::kOverload);
  EXPECT_EQ(algorithm.limit(), 18);
}

TEST(Gradient, StaysWithinItsBounds) {
  LimiterParams bounded = params(Algorithm::kGradient, 500);
  bounded.max_limit = 30;
  bounded.min_limit = 5;
  GradientLimit algorithm(bounded);
  EXPECT_EQ(algorithm.limit(), 30);
  for (int i = 0; i < 50; ++i) algorithm.update(window(0.010, 1, 100));
  EXPECT_EQ(algorithm.limit(), 5);
}

TEST(LatencyCurve, KnowsNothingAtFirst) { EXPECT_EQ(LatencyCurve().baseline(), std::nullopt); }

TEST(LatencyCurve, BaselineIsWhatTheLowestLevelsAgreeOn) {
  LatencyCurve curve;
  std::array<Level, kLevels> levels{};
  levels[0] = level(5, 0.010);
  levels[1] = level(50, 0.0105);
  levels[6] = level(200, 0.030);
  curve.add(levels, 1);
  EXPECT_NEAR(curve.baseline()->mean, 0.0105, 0.0002);
}

TEST(LatencyCurve, NewSamplesReplaceOldOnes) {
  LatencyCurve curve;
  std::array<Level, kLevels> levels{};
  levels[0] = level(256, 0.010);
  curve.add(levels, 1);
  levels[0] = level(256, 0.020);
  for (int i = 0; i < 12; ++i) curve.add(levels, 1);
  EXPECT_NEAR(curve.baseline()->mean, 0.020, 0.0001);
}

TEST(LatencyCurve, ScalesWithTheService) {
  LatencyCurve curve;
  std::array<Level, kLevels> levels{};
  levels[2] = level(20, 0.010);
  curve.add(levels, 1);
  curve.scale(3);
  EXPECT_NEAR(curve.baseline()->mean, 0.030, 1e-9);
  EXPECT_EQ(curve.seen_up_to(1), 0);
  EXPECT_EQ(curve.seen_up_to(2), 20);
}

}  // namespace
}  // namespace weir::limiters
