#include "limiters/growth.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

constexpr bool kBelow = true;  // the knee is thought to be higher

// Whether it has rested enough after so many samples more.
bool rested_after(Growth& growth, double samples) {
  growth.note(samples, 0);
  return growth.rested();
}

TEST(Growth, StepsDoubleFromATenthToTheWholeWhileEachProvesRight) {
  Growth growth;
  for (const double share : {0.1, 0.2, 0.4, 0.8, 1.0, 1.0})
    EXPECT_DOUBLE_EQ(growth.step(20, kBelow), share);
}

TEST(Growth, WhereTheKneeIsThoughtToBeStepsAreSmall) {
  Growth growth;
  growth.step(20, kBelow);
  growth.step(22, kBelow);
  EXPECT_DOUBLE_EQ(growth.step(26, !kBelow), 0.1);
  EXPECT_DOUBLE_EQ(growth.step(28, kBelow), 0.4) << "but not for good";
}

TEST(Growth, RestsForTwentySamplesAfterAMove) {
  Growth growth;
  EXPECT_FALSE(rested_after(growth, 19));
  EXPECT_TRUE(rested_after(growth, 1));
  growth.moved();
  EXPECT_FALSE(rested_after(growth, 19));
}

// Each of them is the first since the last was put off.
double rest_after_wrong_steps(int times, double limit) {
  Growth growth;
  for (int i = 0; i < times; ++i) {
    growth.step(limit, !kBelow);
    growth.put_off(limit);
  }
  growth.moved();
  while (!growth.rested()) growth.note(1, 0);
  return growth.unmoved();
}

TEST(Growth, RestsForTwiceAsLongAfterEachStepThatWasWrong) {
  EXPECT_EQ(rest_after_wrong_steps(1, 20), 40);
  EXPECT_EQ(rest_after_wrong_steps(2, 20), 80);
  EXPECT_EQ(rest_after_wrong_steps(9, 20), 1000) << "at most";
  EXPECT_EQ(rest_after_wrong_steps(9, 1), 3000) << "one more is twice as many";
}

TEST(Growth, AStepThatProvesRightEndsALongRest) {
  Growth growth;
  growth.step(20, !kBelow);
  growth.put_off(20);
  growth.step(20, !kBelow);
  growth.step(22, !kBelow);
  EXPECT_TRUE(rested_after(growth, 20));
}

TEST(Growth, IsPutOffOnlyWhereItHadGrown) {
  Growth growth;
  growth.put_off(20);
  EXPECT_TRUE(rested_after(growth, 20));
  growth.step(20, !kBelow);
  growth.forget_last();
  growth.put_off(20);
  growth.moved();
  EXPECT_TRUE(rested_after(growth, 20));
}

TEST(Growth, PutOffItBeginsWithSmallSteps) {
  Growth growth;
  for (int i = 0; i < 3; ++i) growth.step(20, kBelow);
  growth.put_off(20);
  EXPECT_DOUBLE_EQ(growth.step(20, kBelow), 0.1);
}

TEST(Growth, KnowsForAWhileFromWhereItHasGrown) {
  Growth growth;
  EXPECT_FALSE(growth.just_grown_from(20));
  growth.step(20, kBelow);
  growth.moved();
  EXPECT_EQ(growth.just_grown_from(22), 20);
  EXPECT_FALSE(growth.just_grown_from(20)) << "it has gone back meanwhile";
  growth.note(255, 1);
  EXPECT_TRUE(growth.just_grown_from(22));
  growth.note(1, 1);
  EXPECT_FALSE(growth.just_grown_from(22)) << "what is seen now has another reason";
}

TEST(Growth, StartsAnewByATenthOrByTheWhole) {
  Growth growth;
  growth.step(20, kBelow);
  growth.put_off(20);
  growth.restart();
  EXPECT_TRUE(rested_after(growth, 20));
  EXPECT_FALSE(growth.just_grown_from(100));
  EXPECT_DOUBLE_EQ(growth.step(20, kBelow), 0.1);
  growth.restart_doubling();
  EXPECT_DOUBLE_EQ(growth.step(20, kBelow), 1);
}

TEST(Growth, SaysForHowLongTheLimitHasStayed) {
  Growth growth;
  growth.note(30, 2);
  growth.note(30, 2);
  EXPECT_EQ(growth.unmoved(), 60);
  EXPECT_EQ(growth.unmoved_seconds(), 4);
  growth.moved();
  EXPECT_EQ(growth.unmoved(), 0);
  EXPECT_EQ(growth.unmoved_seconds(), 0);
}

}  // namespace
}  // namespace weir::limiters
