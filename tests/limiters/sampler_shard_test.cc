#include "limiters/sampler_shard.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

constexpr Cohort kCohort = 1;

Level all_levels(const SamplerShard& shard, Cohort cohort = kCohort) {
  Level all;
  for (const Level& level : shard.read(cohort).levels) all.add(level);
  return all;
}

double finished(const SamplerShard& shard, Outcome outcome) {
  return shard.read().answered[static_cast<size_t>(outcome)];
}

void serve(SamplerShard& shard, Duration latency, Outcome outcome, int in_flight = 1) {
  shard.granted(kCohort);
  shard.answered({TimePoint{}, latency, in_flight, outcome}, kCohort);
}

TEST(SamplerShard, CountsEveryOutcomeButOnlySuccessesShowLatency) {
  SamplerShard shard;
  serve(shard, milliseconds(4), Outcome::kSuccess);
  serve(shard, milliseconds(1), Outcome::kFailure);
  serve(shard, milliseconds(900), Outcome::kOverload);
  serve(shard, milliseconds(1), Outcome::kAbandoned);
  serve(shard, milliseconds(2), Outcome::kTimedOut);
  serve(shard, milliseconds(1), Outcome::kIgnored);
  for (const Outcome outcome : {Outcome::kSuccess, Outcome::kFailure, Outcome::kOverload,
                                Outcome::kAbandoned, Outcome::kTimedOut, Outcome::kIgnored})
    EXPECT_EQ(finished(shard, outcome), 1);
  EXPECT_EQ(shard.read(kCohort).answered, 5);
  EXPECT_EQ(shard.read(kCohort).granted, 5) << "what is ignored was never there";
  EXPECT_EQ(shard.read(kCohort).refused, 1);
  EXPECT_EQ(shard.read(kCohort).left, 2) << "whoever it was that did not wait";
  EXPECT_DOUBLE_EQ(shard.read(kCohort).left_seconds, 0.003);
  EXPECT_EQ(shard.read(kCohort).timed_out, 1);
  EXPECT_DOUBLE_EQ(shard.read(kCohort).timed_out_seconds, 0.002);
  EXPECT_EQ(all_levels(shard).count, 1);
  EXPECT_DOUBLE_EQ(all_levels(shard).mean(), 0.004);
}

TEST(SamplerShard, WhoIsOverQuotaIsCountedByHowManyWereInFlight) {
  SamplerShard shard;
  serve(shard, milliseconds(4), Outcome::kSuccess, 3);
  serve(shard, milliseconds(1), Outcome::kOverQuota, 3);
  serve(shard, milliseconds(1), Outcome::kOverQuota, 12);
  serve(shard, milliseconds(1), Outcome::kOverQuota, 9);
  EXPECT_EQ(shard.read(kCohort).over_quota[level_of(3)], 1);
  EXPECT_EQ(shard.read(kCohort).over_quota[level_of(12)], 2);
  EXPECT_EQ(all_levels(shard).count, 1);
  const Cohort later = kCohort + SamplerShard::kCohorts;
  shard.granted(later);
  EXPECT_EQ(shard.read(later).over_quota[level_of(12)], 0);
}

TEST(Level, EndsWhereTheNextBegins) {
  for (size_t level = 0; level + 1 < kLevels; ++level) {
    EXPECT_EQ(level_of(most_of(level)), level);
    EXPECT_EQ(level_of(most_of(level) + 1), level + 1);
  }
}

TEST(SamplerShard, KnowsHowManyWaitOfAllCohortsAndForHowLongOthersHad) {
  SamplerShard shard;
  for (const Cohort cohort : {1, 1, 2, 20}) shard.granted(cohort);
  shard.withdrawn(2);
  shard.answered({TimePoint{}, std::chrono::milliseconds(10), 1, Outcome::kIgnored}, 1);
  shard.waited(0.010, 0.010);
  shard.waited(0.100, 0.030);
  EXPECT_EQ(shard.read().waiting, 2);
  EXPECT_DOUBLE_EQ(shard.read().waited_seconds, 0.040);
  EXPECT_DOUBLE_EQ(shard.read().waited_squares, 0.0101);
}

TEST(SamplerShard, ACohortKnowsHowManyAreStillOut) {
  SamplerShard shard;
  for (int i = 0; i < 3; ++i) shard.granted(kCohort);
  shard.answered({TimePoint{}, milliseconds(4), 1, Outcome::kSuccess}, kCohort);
  EXPECT_EQ(shard.read(kCohort).granted, 3);
  EXPECT_EQ(shard.read(kCohort).answered, 1);
  EXPECT_EQ(shard.count(kCohort).granted, 3);
  EXPECT_EQ(shard.count(kCohort).answered, 1);
}

TEST(SamplerShard, ALateOneOfAnOldCohortIsCountedAndInNoCohort) {
  SamplerShard shard;
  shard.granted(kCohort);
  const Cohort much_later = kCohort + SamplerShard::kCohorts;
  shard.granted(much_later);
  shard.answered({TimePoint{}, milliseconds(4), 1, Outcome::kSuccess}, kCohort);
  EXPECT_EQ(finished(shard, Outcome::kSuccess), 1);
  EXPECT_EQ(shard.read(kCohort).granted, 0) << "forgotten";
  EXPECT_EQ(shard.count(kCohort).granted, 0);
  EXPECT_EQ(shard.read(much_later).answered, 0);
}

TEST(SamplerShard, CountsWhoArrived) {
  SamplerShard shard;
  shard.arrived();
  shard.arrived();
  EXPECT_EQ(shard.read().arrived[0], 2);
}

TEST(SamplerShard, KeepsWhatIsNeededForMeanAndSpread) {
  SamplerShard shard;
  serve(shard, milliseconds(2), Outcome::kSuccess);
  serve(shard, milliseconds(6), Outcome::kSuccess);
  const Level level = all_levels(shard);
  EXPECT_DOUBLE_EQ(level.mean(), 0.004);
  EXPECT_DOUBLE_EQ(level.mean_in_flight(), 1);
  EXPECT_NEAR(level.variance(), 4e-6, 1e-12);
}

TEST(SamplerShard, KeepsWhatIsNeededForTheLogarithms) {
  SamplerShard shard;
  serve(shard, milliseconds(2), Outcome::kSuccess);
  serve(shard, milliseconds(6), Outcome::kSuccess);
  const Level level = all_levels(shard);
  EXPECT_NEAR(level.mean_log(), (std::log(0.002) + std::log(0.006)) / 2, 1e-12);
  EXPECT_NEAR(level.sum_log_squares, std::pow(std::log(0.002), 2) + std::pow(std::log(0.006), 2),
              1e-9);
  EXPECT_NEAR(level.sum_products, 0.002 * std::log(0.002) + 0.006 * std::log(0.006), 1e-12);
}

TEST(SamplerShard, TellsLatenciesApartByHowManyWereInFlight) {
  SamplerShard shard;
  serve(shard, milliseconds(1), Outcome::kSuccess, 1);
  serve(shard, milliseconds(9), Outcome::kSuccess, 50);
  EXPECT_DOUBLE_EQ(shard.read(kCohort).levels[level_of(1)].mean(), 0.001);
  EXPECT_DOUBLE_EQ(shard.read(kCohort).levels[level_of(50)].mean(), 0.009);
}

void expect_same(const Level& one, const Level& other) {
  EXPECT_NEAR(one.count, other.count, 1e-9);
  EXPECT_NEAR(one.sum_seconds, other.sum_seconds, 1e-12);
  EXPECT_NEAR(one.sum_squares, other.sum_squares, 1e-12);
  EXPECT_NEAR(one.sum_in_flight, other.sum_in_flight, 1e-9);
  EXPECT_NEAR(one.sum_logs, other.sum_logs, 1e-9);
  EXPECT_NEAR(one.sum_log_squares, other.sum_log_squares, 1e-9);
  EXPECT_NEAR(one.sum_products, other.sum_products, 1e-9);
}

TEST(Level, StretchedIsThatOfLatenciesThatTookSoMuchLonger) {
  Level level = Level::of(0.002, 3);
  level.add(Level::of(0.006, 4));
  level.stretch(1.5);
  Level longer = Level::of(0.003, 3);
  longer.add(Level::of(0.009, 4));
  expect_same(level, longer);
}

TEST(Level, ForgetsEvenly) {
  Level level = Level::of(0.002, 3, 80);
  level.add(Level::of(0.006, 3, 20));
  level.forget_all_but(10);
  Level few = Level::of(0.002, 3, 8);
  few.add(Level::of(0.006, 3, 2));
  expect_same(level, few);
}

TEST(Level, BlurredVariesMoreAroundTheSameMean) {
  Level level = Level::of(0.004, 3, 50);
  level.add(Level::of(0.012, 3, 50));
  const double before = level.variance();
  level.blur(0.5);
  EXPECT_DOUBLE_EQ(level.mean(), 0.008);
  EXPECT_NEAR(level.variance(), before + 0.5 * 0.008 * 0.008, 1e-12);
}

TEST(Level, OfNoTimeAtAllTookANanosecond) {
  const Level level = Level::of(0, 1, 2);
  EXPECT_TRUE(std::isfinite(level.sum_logs));
  EXPECT_GT(level.mean(), 0);
}

TEST(Levels, GrowWithTheNumberInFlightAndStayInBounds) {
  EXPECT_EQ(level_of(1), 0U);
  EXPECT_EQ(level_of(0), 0U);
  EXPECT_NE(level_of(1), level_of(2));
  EXPECT_NE(level_of(10), level_of(20));
  size_t last = 0;
  for (int in_flight = 1; in_flight < 5000; ++in_flight) {
    EXPECT_GE(level_of(in_flight), last);
    EXPECT_LE(level_of(in_flight), last + 1) << in_flight;
    last = level_of(in_flight);
  }
  EXPECT_EQ(level_of(1 << 30), kLevels - 1);
}

}  // namespace
}  // namespace weir::limiters
