#include <gtest/gtest.h>

#include "tests/limiters/regulator_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

using RegulatorPassedOverTest = RegulatorTest;

// Ten of the first sixty are answered.
TEST_F(RegulatorPassedOverTest, ThoseWhoArePassedOverDoNotFreezeIt) {
  build();
  fill();
  finish(one_, 10);
  for (int i = 0; i < 50; ++i) one_.granted(pool_->cohort());
  for (int look = 0; look < 120; ++look) {
    finish(other_, 6);
    pass(milliseconds(10));
  }
  EXPECT_GT(regulator_->samples(), 100);
}

TEST_F(RegulatorPassedOverTest, WhereNobodyIsAnsweredAnyMoreItWaits) {
  build();
  fill();
  finish(one_, 10);
  for (int i = 0; i < 50; ++i) one_.granted(pool_->cohort());
  pass(milliseconds(100));
  for (int i = 0; i < 50; ++i) one_.granted(pool_->cohort());
  pass(seconds(50));
  EXPECT_EQ(regulator_->samples(), 0);
}

TEST_F(RegulatorPassedOverTest, WhoComesLaterAndIsRefusedIsNotAnswered) {
  build();
  fill();
  finish(one_, 10);
  for (int i = 0; i < 50; ++i) one_.granted(pool_->cohort());
  for (int look = 0; look < 120; ++look) {
    finish(other_, 6, Outcome::kOverload);
    pass(milliseconds(10));
  }
  EXPECT_EQ(regulator_->samples(), 0);
}

TEST_F(RegulatorPassedOverTest, WhatIsNeverAnsweredIsInTheLatencyOfTheOthers) {
  build();
  for (int i = 0; i < 12; ++i) one_.granted(pool_->cohort());
  for (int look = 0; look < 1000; ++look) {
    for (int i = 0; i < 6; ++i) one_.waited(0.010, 0.010);
    finish(one_, 6);
    pool_->note_limited();
    pass(milliseconds(10));
  }
  EXPECT_DOUBLE_EQ(regulator_->last().latency_seconds, 0.010);
  EXPECT_GT(regulator_->last().judged_latency_seconds, 0.015);
}

}  // namespace
}  // namespace weir::limiters
