#include <gtest/gtest.h>

#include "tests/limiters/regulator_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class RegulatorPassedOverTest : public RegulatorTest {
 protected:
  // Ten of the first sixty are answered.
  void begin() {
    build();
    fill();
    finish(one_, 10);
    leave_waiting(50);
  }
  void leave_waiting(int count) {
    for (int i = 0; i < count; ++i) one_.granted(pool_->cohort());
  }
  // Of those who come later, six every 10 ms, for 1.2 s.
  void answer_later_ones(Outcome outcome) {
    for (int look = 0; look < 120; ++look) {
      finish(other_, 6, outcome);
      pass(milliseconds(10));
    }
  }
};

TEST_F(RegulatorPassedOverTest, ThoseWhoArePassedOverDoNotFreezeIt) {
  begin();
  answer_later_ones(Outcome::kSuccess);
  EXPECT_GT(regulator_->samples(), 100);
}

TEST_F(RegulatorPassedOverTest, WhereNobodyIsAnsweredAnyMoreItWaits) {
  begin();
  pass(milliseconds(100));
  leave_waiting(50);
  pass(seconds(50));
  EXPECT_EQ(regulator_->samples(), 0);
}

TEST_F(RegulatorPassedOverTest, WhoComesLaterAndIsRefusedIsNotAnswered) {
  begin();
  answer_later_ones(Outcome::kOverload);
  EXPECT_EQ(regulator_->samples(), 0);
}

TEST_F(RegulatorPassedOverTest, WhatIsNeverAnsweredIsInTheLatencyOfTheOthers) {
  build();
  leave_waiting(12);
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
