#include "load-tests/simulator/judge_step.h"

#include <gtest/gtest.h>

namespace weir::simulator {
namespace {

// Forty seconds of one step each in which a hundred come; at 10 s something changes, and at 30 s
// once more.
class JudgeStep : public ::testing::Test {
 protected:
  JudgeStep() {
    world.conditions = {{}, {.from_seconds = 10}, {.from_seconds = 30}};
    world.seconds = 40;
    outcomes.step_seconds = 1;
    outcomes.steps.resize(40);
    for (Outcomes::Step& step : outcomes.steps) step.attempts = step.firsts = step.good = 100;
  }
  Score judged() {
    Score score;
    judge_step(world, outcomes, score);
    return score;
  }
  void shed(size_t from, size_t until, int of_hundred) {
    for (size_t i = from; i < until; ++i) {
      outcomes.steps[i].shed = of_hundred;
      outcomes.steps[i].good = 100 - of_hundred;
    }
  }

  World world;
  Outcomes outcomes;
};

TEST_F(JudgeStep, WithoutAStepOrAHoleNothingIsTimed) {
  EXPECT_FALSE(judged().has_step);
  EXPECT_FALSE(judged().exit_seconds);
  EXPECT_FALSE(judged().has_hole);
  EXPECT_FALSE(judged().stop_seconds);
}

TEST_F(JudgeStep, AnExitIsWhenNearlyAllWhoComeFirstAreServedInTime) {
  world.step_seconds = 10;
  EXPECT_EQ(judged().exit_seconds, 0);
  shed(10, 17, 40);
  EXPECT_NEAR(*judged().exit_seconds, 7, 1.01);
  // Attempts that were late on, or came again, do not matter.
  for (Outcomes::Step& step : outcomes.steps) step.attempts += 50, step.late += 50;
  EXPECT_NEAR(*judged().exit_seconds, 7, 1.01);
}

TEST_F(JudgeStep, OfAFewAtLeastHalfAreToBeServed) {
  world.step_seconds = 10;
  for (Outcomes::Step& step : outcomes.steps) step.firsts = 1, step.good = 0;
  EXPECT_FALSE(judged().exit_seconds);
  for (Outcomes::Step& step : outcomes.steps) step.good = 1;
  EXPECT_EQ(judged().exit_seconds, 0);
}

TEST_F(JudgeStep, AnExitThatDoesNotLastIsNone) {
  world.step_seconds = 10;
  shed(26, 30, 40);
  EXPECT_FALSE(judged().exit_seconds);
  shed(26, 30, 0);
  shed(30, 40, 40);
  EXPECT_EQ(judged().exit_seconds, 0) << "what comes after the next change is another matter";
}

TEST_F(JudgeStep, AServiceThatStopsIsNoLongerAskedOnceNextToAllAreTurnedAway) {
  world.conditions[1].stalled = 1;
  EXPECT_TRUE(judged().has_hole);
  EXPECT_FALSE(judged().stop_seconds);
  shed(13, 30, 98);
  EXPECT_EQ(judged().stop_seconds, 3);
  shed(20, 21, 60);
  EXPECT_EQ(judged().stop_seconds, 11) << "somebody was let in again";
  shed(25, 26, 60);
  EXPECT_FALSE(judged().stop_seconds);
}

TEST(Quantile, OfNoneIsZeroAndOfSomeOneOfThem) {
  std::vector<float> none, some{3, 1, 2, 5, 4};
  EXPECT_EQ(quantile(none, 0.5), 0);
  EXPECT_EQ(quantile(some, 0.5), 3);
  EXPECT_EQ(quantile(some, 0.99), 5);
}

}  // namespace
}  // namespace weir::simulator
