#include "limiters/sampler_shard.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using Age = SamplerShard::Age;
using std::chrono::milliseconds;

Level all_levels(const SamplerShard& shard) {
  Level all;
  for (const Level& level : shard.read().levels) all.add(level);
  return all;
}

double finished(const SamplerShard& shard, Outcome outcome) {
  return shard.read().finished[static_cast<size_t>(outcome)];
}

Sample sample(Duration latency, Outcome outcome, int in_flight = 1) {
  return {TimePoint{}, latency, in_flight, outcome};
}

TEST(SamplerShard, CountsEveryOutcomeButOnlySuccessesShowLatency) {
  SamplerShard shard;
  shard.add(sample(milliseconds(4), Outcome::kSuccess), Age::kFresh);
  shard.add(sample(milliseconds(1), Outcome::kFailure), Age::kFresh);
  shard.add(sample(milliseconds(900), Outcome::kOverload), Age::kFresh);
  shard.add(sample(milliseconds(1), Outcome::kIgnored), Age::kFresh);
  for (const Outcome outcome :
       {Outcome::kSuccess, Outcome::kFailure, Outcome::kOverload, Outcome::kIgnored})
    EXPECT_EQ(finished(shard, outcome), 1);
  EXPECT_EQ(all_levels(shard).count, 1);
  EXPECT_DOUBLE_EQ(all_levels(shard).mean(), 0.004);
}

TEST(SamplerShard, WhatBeganUnderAnotherLimitIsCountedAndShowsNoLatency) {
  SamplerShard shard;
  shard.add(sample(milliseconds(4), Outcome::kSuccess), Age::kStale);
  EXPECT_EQ(finished(shard, Outcome::kSuccess), 1);
  EXPECT_EQ(all_levels(shard).count, 0);
}

TEST(SamplerShard, KeepsWhatIsNeededForMeanAndSpread) {
  SamplerShard shard;
  shard.add(sample(milliseconds(2), Outcome::kSuccess), Age::kFresh);
  shard.add(sample(milliseconds(6), Outcome::kSuccess), Age::kFresh);
  const Level level = all_levels(shard);
  EXPECT_DOUBLE_EQ(level.mean(), 0.004);
  EXPECT_NEAR(level.sum_squares / level.count - level.mean() * level.mean(), 4e-6, 1e-12);
}

TEST(SamplerShard, TellsLatenciesApartByHowManyWereInFlight) {
  SamplerShard shard;
  shard.add(sample(milliseconds(1), Outcome::kSuccess, 1), Age::kFresh);
  shard.add(sample(milliseconds(9), Outcome::kSuccess, 50), Age::kFresh);
  EXPECT_DOUBLE_EQ(shard.read().levels[level_of(1)].mean(), 0.001);
  EXPECT_DOUBLE_EQ(shard.read().levels[level_of(50)].mean(), 0.009);
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
