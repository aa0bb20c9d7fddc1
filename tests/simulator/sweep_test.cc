#include "load-tests/simulator/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::simulator {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

World world_of(double workers) {
  World world;
  world.name = "w";
  world.seconds = 10;
  world.warm_up_seconds = 2;
  world.conditions = {{.workers = workers, .load = 2}};
  return world;
}

TEST(Sweep, TriesEachLimitAroundTheWidthOnce) {
  EXPECT_THAT(sweep_limits(world_of(1)), ElementsAre(1, 2, 3, 5));
  EXPECT_THAT(sweep_limits(world_of(20)), Contains(20));
  EXPECT_EQ(sweep_limits(world_of(20)).size(), 12U);
}

TEST(Sweep, ShowsWhatConstantsReachBesideTheLimiter) {
  Scenario scenario;
  scenario.name = "s";
  scenario.seeds = 1;
  scenario.bars = {{.score = "goodput_share", .at_least = 0.9, .at_most = {}}};
  scenario.worlds = {world_of(4)};
  const std::string text = sweep({.scenarios = {scenario}, .limiters = {"knee"}}, nullptr);
  EXPECT_THAT(text, HasSubstr("s, w; the oracle's limit: "));
  EXPECT_THAT(text, HasSubstr("| fixed:2 "));
  EXPECT_THAT(text, HasSubstr(", at least 0.9 |"));
  EXPECT_THAT(text, HasSubstr("| knee "));
}

}  // namespace
}  // namespace weir::simulator
