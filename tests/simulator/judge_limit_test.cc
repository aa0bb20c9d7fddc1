#include "load-tests/simulator/judge_limit.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

// Twenty seconds of one step each, and from the fifth on only half as much is needed.
class JudgeLimit : public ::testing::Test {
 protected:
  JudgeLimit() {
    world.conditions = {{.load = 2}};
    world.seconds = 20;
    world.warm_up_seconds = 0;
    world.step_seconds = 5;
    outcomes.step_seconds = 1;
    outcomes.steps.resize(20);
    for (Outcomes::Step& step : outcomes.steps) step.limit = 20;
  }
  Score judged() {
    Score score;
    judge_limit(world, outcomes, oracle, score);
    judge_probes(world, outcomes, oracle, score);
    return score;
  }
  // The last one stays.
  void limits_after_the_step(const std::vector<double>& limits) {
    for (size_t i = 5; i < outcomes.steps.size(); ++i)
      outcomes.steps[i].limit = limits[std::min(i - 5, limits.size() - 1)];
  }

  World world;
  Outcomes outcomes;
  Oracle oracle{.goodput_per_second = 1000,
                .phases = {{.until_seconds = 5,
                            .limit = 20,
                            .needed = 20,
                            .limiting = true,
                            .goodput_per_second = 1000},
                           {.from_seconds = 5,
                            .until_seconds = 20,
                            .limit = 10,
                            .needed = 10,
                            .limiting = true,
                            .goodput_per_second = 1000}}};
};

TEST_F(JudgeLimit, TheErrorIsTheMeanShareAboveWhatIsNeeded) {
  EXPECT_NEAR(*judged().limit_error, 0.75, 1e-9);
  limits_after_the_step({10});
  EXPECT_NEAR(*judged().limit_error, 0, 1e-9);
}

TEST_F(JudgeLimit, ItHasSettledWhenItStaysWithinAFifth) {
  EXPECT_TRUE(judged().has_limit_step);
  EXPECT_FALSE(judged().limit_settle_seconds);
  limits_after_the_step({20, 20, 20, 11, 15, 12, 8, 10});
  EXPECT_NEAR(*judged().limit_settle_seconds, 3, 1e-9);
}

TEST_F(JudgeLimit, OneStepTooManyIsNotToLeaveThreeAre) {
  limits_after_the_step({10, 10, 10, 10, 10, 18, 10});
  EXPECT_EQ(*judged().limit_settle_seconds, 0);
  limits_after_the_step({10, 10, 10, 10, 10, 18, 18, 18, 10});
  EXPECT_EQ(*judged().limit_settle_seconds, 7);
}

TEST_F(JudgeLimit, AProbeIsNoReasonToHaveLeft) {
  limits_after_the_step({20, 11, 11, 11, 11, 11, 2, 2, 2, 11});
  EXPECT_NEAR(*judged().limit_settle_seconds, 8, 1e-9);
  for (const size_t probing : {11, 12, 13}) outcomes.steps[probing].probe_seconds = 0.5;
  EXPECT_NEAR(*judged().limit_settle_seconds, 1, 1e-9);
}

TEST_F(JudgeLimit, AShiftIsTheFarthestFromWhereItWasAtTheStepUntilTheNextChange) {
  limits_after_the_step({21, 26, 18, 20, 100});
  world.conditions.push_back({.from_seconds = 9});
  EXPECT_NEAR(*judged().limit_shift, 0.3, 1e-9);
  world.step_seconds.reset();
  EXPECT_FALSE(judged().limit_shift);
}

TEST_F(JudgeLimit, WhereLittleComesALimitHasNothingToSay) {
  for (Phase& phase : oracle.phases) phase.limiting = false;
  EXPECT_FALSE(judged().limit_error);
  EXPECT_FALSE(judged().has_limit_step);
}

TEST_F(JudgeLimit, AProbeLosesWhatItTurnsAwayAndItsEmptyPlacesCouldHaveDone) {
  Outcomes::Step& step = outcomes.steps[2];
  step.probe_seconds = 1;
  step.probe_in_flight = 10;
  step.probe_shed = 300;
  EXPECT_NEAR(judged().probe_loss, 300.0 / 20000, 1e-9);
  step.probe_shed = 3000;
  EXPECT_NEAR(judged().probe_loss, 500.0 / 20000, 1e-9);
  step.probe_in_flight = 25;
  EXPECT_EQ(judged().probe_loss, 0);
  EXPECT_EQ(judged().probe_seconds, 1);
}

TEST(Probes, AreSeenAndTheirLossIsWhatTheyCost) {
  World world;
  world.conditions = {{.workers = 20, .service_seconds = 0.05, .load = 0.9}};
  world.seconds = 200;
  world.warm_up_seconds = 20;
  // Its width does as well as any constant; a search for it would be most of this test's time.
  const double best = goodput_per_second(world, Simulation(world, constant_gate(20), 1, 200).run());
  const Oracle oracle{
      best,
      {{.until_seconds = world.seconds, .limit = 20, .needed = 20, .goodput_per_second = best}}};
  const auto score = [&](const char* name) {
    return judge(world, Simulation(world, gate_named(name), 1, 200).run(), oracle);
  };
  const Score envoy = score("envoy"), knee = score("knee"), fixed = score("fixed:20");
  EXPECT_GT(envoy.probe_seconds, 0.3);
  EXPECT_GT(envoy.probe_loss, 0.001);
  EXPECT_LT(envoy.probe_loss, 0.05);
  EXPECT_LT(knee.probe_loss, envoy.probe_loss);
  EXPECT_EQ(fixed.probe_seconds, 0);
  EXPECT_EQ(fixed.probe_loss, 0);
  EXPECT_GT(score("brpc-auto").probe_seconds, 0);
  EXPECT_GT(score("netflix-gradient").probe_seconds, 0);
  EXPECT_EQ(score("netflix-vegas").probe_seconds, 0);
}

}  // namespace
}  // namespace weir::simulator
