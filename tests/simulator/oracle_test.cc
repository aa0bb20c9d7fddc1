#include "load-tests/simulator/oracle.h"

#include <gtest/gtest.h>

#include <cmath>

#include "load-tests/simulator/bench.h"
#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

World world_of(const std::vector<Conditions>& conditions) {
  World world;
  world.conditions = conditions;
  world.seconds = 20;
  world.warm_up_seconds = 2;
  return world;
}

Oracle oracle_of(const World& world) { return find_oracle(world, 1, 100, kThorough); }

double with_constant(const World& world, int limit) {
  return goodput_per_second(world, Simulation(world, constant_gate(limit), 1, 100).run());
}

// What a search finds where `goodput` is what a limit reaches.
LimitSearch searched(double width, double load, const std::function<double(int)>& goodput) {
  LimitSearch search(width, load);
  while (const auto next = search.next()) search.tell(*next, goodput(*next));
  return search;
}

TEST(Oracle, OfAFixedPoolIsNearItsWidth) {
  const Oracle oracle = oracle_of(world_of({{.workers = 10, .load = 2}}));
  ASSERT_EQ(oracle.phases.size(), 1U);
  EXPECT_NEAR(oracle.phases[0].limit, 10, 1);
  EXPECT_NEAR(oracle.phases[0].needed, 10, 1);
  EXPECT_LE(oracle.phases[0].needed, oracle.phases[0].limit);
  EXPECT_TRUE(oracle.phases[0].limiting);
  EXPECT_NEAR(oracle.goodput_per_second, 1000, 30);
}

TEST(Oracle, NoConstantIsBetter) {
  World world = world_of({{.workers = 10, .thrash = 0.05, .load = 2}});
  world.discipline = Discipline::kSharing;
  const Oracle oracle = oracle_of(world);
  for (const int limit : {1, 3, 7, 9, 10, 11, 13, 20, 50})
    EXPECT_GE(oracle.goodput_per_second * 1.005, with_constant(world, limit)) << limit;
}

TEST(Oracle, AQuickSearchAsksFewSeedsAndIsJudgedByAll) {
  World world = world_of({{.workers = 4, .load = 1.2}});
  world.times = Times::kExponential;
  const Oracle oracle = find_oracle(world, 3, 100, kQuick);
  std::vector<double> reached;
  for (uint64_t seed = 1; seed <= 3; ++seed)
    reached.push_back(goodput_per_second(
        world, Simulation(world, constant_gate(oracle.phases[0].limit), seed, 100).run()));
  EXPECT_NEAR(oracle.goodput_per_second, median(reached), 0.02 * median(reached));
  EXPECT_NE(oracle.goodput_per_second, find_oracle(world, 2, 100, kQuick).goodput_per_second);
}

TEST(Oracle, WhereTheWorldChangesItBeatsEverySingleConstant) {
  World world = world_of({{.workers = 20, .thrash = 0.05, .load = 2},
                          {.from_seconds = 10, .workers = 5, .thrash = 0.05, .load = 8}});
  world.discipline = Discipline::kSharing;
  const Oracle oracle = oracle_of(world);
  ASSERT_EQ(oracle.phases.size(), 2U);
  EXPECT_GT(oracle.phases[0].limit, oracle.phases[1].limit);
  for (const int limit : {3, 5, 6, 7, 8, 10, 12, 15, 18, 20, 22, 30, 60})
    EXPECT_GT(oracle.goodput_per_second, 1.02 * with_constant(world, limit)) << limit;
}

TEST(Oracle, WhatWaitsElsewhereNeedsPlacesToo) {
  const Oracle oracle =
      oracle_of(world_of({{.workers = 10, .outside_seconds = 0.020, .load = 1.5}}));
  EXPECT_NEAR(oracle.phases[0].needed, 30, 4);
}

TEST(Oracle, UnderLittleLoadFewAreNeededAndNothingIsLimiting) {
  const Oracle oracle = oracle_of(world_of({{.workers = 20, .load = 0.3}}));
  EXPECT_FALSE(oracle.phases[0].limiting);
  EXPECT_LT(oracle.phases[0].needed, 10);
}

TEST(Oracle, NothingGoodComesOfAServiceThatStands) {
  const Oracle oracle = oracle_of(world_of({{.stalled = 1, .load = 1}}));
  EXPECT_EQ(oracle.goodput_per_second, 0);
  EXPECT_EQ(oracle.phases[0].limit, 10);
}

TEST(LimitSearch, GoesOnWhereTheBestIsAtTheEdge) {
  const auto peak_at = [](double best) {
    return [best](int limit) { return 1 / (1 + std::abs(std::log(limit / best))); };
  };
  EXPECT_NEAR(searched(10, 2, peak_at(200)).smallest_with(0.999), 200, 16);
  EXPECT_NEAR(searched(100, 2, peak_at(7)).smallest_with(0.999), 7, 1);
  EXPECT_EQ(searched(3, 2, peak_at(1)).smallest_with(0.999), 1);
}

TEST(LimitSearch, OfWhatDoesAsWellTheSmallestCounts) {
  const auto full_from = [](int width) {
    return [width](int limit) { return std::min(limit, width) / static_cast<double>(width); };
  };
  for (const int width : {1, 2, 9, 64, 200})
    EXPECT_NEAR(searched(width, 1, full_from(width)).smallest_with(0.97), 0.97 * width,
                0.06 * width + 1)
        << width;
}

}  // namespace
}  // namespace weir::simulator
