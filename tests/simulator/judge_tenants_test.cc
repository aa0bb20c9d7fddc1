#include "load-tests/simulator/judge_tenants.h"

#include <gtest/gtest.h>

namespace weir::simulator {
namespace {

TEST(Jain, IsOneWhereAllAreAlikeAndAnNthWhereOneHasAll) {
  EXPECT_DOUBLE_EQ(jain({3, 3, 3}), 1);
  EXPECT_DOUBLE_EQ(jain({0, 0, 5, 0}), 0.25);
  EXPECT_EQ(jain({0, 0}), 0);
}

TEST(EqualPart, IsOfWhatTheModestLeave) {
  EXPECT_DOUBLE_EQ(*equal_part({20, 1, 5, 30}, 21), 7.5);
  EXPECT_EQ(equal_part({4, 6}, 10), std::nullopt);
}

// Ten seconds of one step each, of which the first does not count.
class JudgeTenants : public ::testing::Test {
 protected:
  JudgeTenants() {
    world.tenants = {0.5, 0.3, 0.2};
    world.conditions = {{}};
    world.seconds = 10;
    world.warm_up_seconds = 1;
    outcomes.step_seconds = 1;
    outcomes.steps.resize(10);
  }
  Score judged(const std::vector<Outcomes::Step::OfTenant>& each_second) {
    for (size_t i = 1; i < outcomes.steps.size(); ++i) outcomes.steps[i].by_tenant = each_second;
    Score score;
    judge_tenants(world, outcomes, score);
    return score;
  }
  World world;
  Outcomes outcomes;
};

TEST_F(JudgeTenants, WithoutTenantsThereIsNothingToSay) {
  world.tenants.clear();
  const Score score = judged({});
  EXPECT_EQ(score.fairness, std::nullopt);
  EXPECT_EQ(score.modest_shed_share, std::nullopt);
}

// The equal part is 40: what the second asks for is below it, and it gets half of that.
TEST_F(JudgeTenants, WhatIsDueIsAnEqualPartOrWhatOneAsksFor) {
  outcomes.steps[0].by_tenant = {{100, 0, 100}, {100, 0, 100}, {100, 0, 100}};
  const Score score = judged({{100, 45, 55}, {20, 10, 10}, {60, 45, 15}});
  EXPECT_NEAR(*score.fairness, jain({1.125, 0.5, 1.125}), 1e-9);
  EXPECT_NEAR(*score.modest_shed_share, 0.5, 1e-9);
}

TEST_F(JudgeTenants, WorkCountsAndNotRequests) {
  world.tenants = {0.1, 0.9};
  world.tenant_work = {9, 1};
  EXPECT_DOUBLE_EQ(world.work_of(0), 5);
  const Score score = judged({{20, 10, 10}, {180, 90, 90}});
  EXPECT_NEAR(*score.fairness, 1, 1e-9);
  // Both ask for 100 and 125 are done.
  EXPECT_NEAR(*judged({{20, 5, 15}, {180, 180, 0}}).fairness, jain({0.4, 1.6}), 1e-9);
}

}  // namespace
}  // namespace weir::simulator
