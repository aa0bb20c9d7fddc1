#include "load-tests/simulator/judge_limit.h"

#include <gtest/gtest.h>

#include "load-tests/simulator/gates.h"
#include "load-tests/simulator/judge.h"

namespace weir::simulator {
namespace {

// Ten seconds of one step each, and from the fifth on only half as much is needed.
class JudgeLimit : public ::testing::Test {
 protected:
  JudgeLimit() {
    world.conditions = {{.load = 2}};
    world.seconds = 10;
    world.warm_up_seconds = 0;
    world.step_seconds = 5;
    outcomes.step_seconds = 1;
    outcomes.steps.resize(10);
    for (Outcomes::Step& step : outcomes.steps) step.limit = 20;
  }
  Score judged() {
    Score score;
    judge_limit(world, outcomes, oracle, score);
    judge_probes(world, outcomes, oracle, score);
    return score;
  }
  void limits_after_the_step(const std::vector<double>& limits) {
    for (size_t i = 0; i < limits.size(); ++i) outcomes.steps[5 + i].limit = limits[i];
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
                            .until_seconds = 10,
                            .limit = 10,
                            .needed = 10,
                            .limiting = true,
                            .goodput_per_second = 1000}}};
};

TEST_F(JudgeLimit, TheErrorIsTheMeanShareAboveWhatIsNeeded) {
  EXPECT_NEAR(*judged().limit_error, 0.5, 1e-9);
  limits_after_the_step({10, 10, 10, 10, 10});
  EXPECT_NEAR(*judged().limit_error, 0, 1e-9);
}

TEST_F(JudgeLimit, ItHasSettledWhenItStaysWithinAFifth) {
  EXPECT_TRUE(judged().has_limit_step);
  EXPECT_FALSE(judged().limit_settle_seconds);
  limits_after_the_step({20, 11, 15, 12, 8});
  EXPECT_NEAR(*judged().limit_settle_seconds, 3, 1e-9);
}

TEST_F(JudgeLimit, AProbeIsNoReasonToHaveLeft) {
  limits_after_the_step({20, 11, 5, 11, 11});
  EXPECT_NEAR(*judged().limit_settle_seconds, 3, 1e-9);
  outcomes.steps[7].probe_seconds = 0.5;
  EXPECT_NEAR(*judged().limit_settle_seconds, 1, 1e-9);
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
  EXPECT_NEAR(judged().probe_loss, 300.0 / 10000, 1e-9);
  step.probe_shed = 3000;
  EXPECT_NEAR(judged().probe_loss, 500.0 / 10000, 1e-9);
  step.probe_in_flight = 25;
  EXPECT_EQ(judged().probe_loss, 0);
  EXPECT_EQ(judged().probe_seconds, 1);
}

TEST(Probes, AreSeenAndTheirLossIsWhatTheyCost) {
  World world;
  world.conditions = {{.workers = 20, .load = 0.9}};
  world.seconds = 200;
  world.warm_up_seconds = 20;
  const Oracle oracle = find_oracle(world, 1, 200, kOracleFewRounds);
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
