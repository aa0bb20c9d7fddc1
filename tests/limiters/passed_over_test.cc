#include "limiters/passed_over.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

// Looked at every 10 ms, an answer takes as long on average.
class PassedOverTest : public ::testing::Test {
 protected:
  // So many wait all the time, and of as many each second's waiting ends.
  void pass(double seconds, double waiting, double ending) {
    for (double past = 0; past < seconds; past += 0.010) {
      end(ending * 0.010, latency_);
      now_.waiting = waiting;
      passed_over_.look(now_, latency_);
    }
  }

  // Waiting of so many seconds in all ends, of those who had waited for so long each.
  void end(double seconds, double each) {
    now_.waited_seconds += seconds / each * PassedOver::remembered(each, passed_over_.memory());
    now_.waited_squares += seconds * each;
  }

  double latency_ = 0.010;
  PassedOver::Waits now_;
  PassedOver passed_over_{std::chrono::milliseconds(10)};
};

TEST_F(PassedOverTest, NobodyIsWhereAsMuchWaitingEndsAsGoesOn) {
  pass(60, 10, 10);
  EXPECT_EQ(passed_over_.share(), 0);
}

TEST_F(PassedOverTest, WhoeverNeverEndsHisWaitIs) {
  pass(60, 10, 4);
  EXPECT_NEAR(passed_over_.share(), 0.6, 1e-6);
  pass(60, 10, 10);
  EXPECT_EQ(passed_over_.share(), 0) << "it is over";
}

TEST_F(PassedOverTest, FewMayBeChance) {
  pass(60, 10, 8);
  EXPECT_EQ(passed_over_.share(), 0);
  pass(60, 0.9, 0.45);
  EXPECT_EQ(passed_over_.share(), 0) << "less than half of one";
}

TEST_F(PassedOverTest, NotAllAreWhoWaitFromTheFirstLookOn) {
  pass(0.4, 10, 0);
  EXPECT_EQ(passed_over_.share(), 0);
  pass(0.3, 10, 0);
  EXPECT_EQ(passed_over_.share(), 0.99) << "half a second says enough";
}

TEST_F(PassedOverTest, ASlowServiceIsGivenForty) {
  latency_ = 2;
  pass(200, 10, 10);
  pass(20, 10, 0);
  EXPECT_EQ(passed_over_.share(), 0);
  pass(10, 10, 0);
  EXPECT_GT(passed_over_.share(), 0.25);
}

TEST_F(PassedOverTest, ThoseWhoAreAnsweredAfterAllHaveOnlyBeenLate) {
  pass(60, 10, 10);
  pass(6, 10, 0);
  end(60, 6);
  pass(0.01, 10, 10);
  EXPECT_EQ(passed_over_.share(), 0);
}

TEST_F(PassedOverTest, WhoIsAnsweredAfterAllMakesUpForNobodyElse) {
  pass(60, 10, 4);
  end(6 * 4, 4);
  pass(0.01, 10, 10);
  EXPECT_EQ(passed_over_.share(), 0);
  pass(10, 10, 4);
  EXPECT_GT(passed_over_.share(), 0.4) << "others are now";
}

TEST_F(PassedOverTest, OfALongWaitOnlyTheLastIsRemembered) {
  EXPECT_EQ(PassedOver::remembered(0.010, 2), 0.010);
  EXPECT_NEAR(PassedOver::remembered(1, 2), 0.787, 0.001);
  EXPECT_NEAR(PassedOver::remembered(600, 2), 2, 0.001);
}

TEST_F(PassedOverTest, TheSlowRequestsOfAServiceAreNot) {
  // Ten of 10 ms, and one a second that takes 20 s.
  for (int second = 0; second < 200; ++second) {
    pass(1, 30, 10);
    end(20, 20);
    EXPECT_TRUE(second < 100 || passed_over_.share() == 0) << second;
  }
}

TEST_F(PassedOverTest, NothingIsRememberedForMoreThanADay) {
  end(1e6, 1e6);
  pass(0.01, 10, 10);
  EXPECT_EQ(passed_over_.memory(), 86'400);
}

TEST_F(PassedOverTest, AWindowWithoutAnAnswerChangesNothing) {
  pass(60, 10, 4);
  passed_over_.look(now_, 0);
  EXPECT_NEAR(passed_over_.share(), 0.6, 0.01);
}

TEST_F(PassedOverTest, NothingIsSaidWhereNoLatencyIsKnown) {
  for (int look = 0; look < 6000; ++look) {
    now_.waiting = 10;
    now_.waited_seconds += 0.040;
    passed_over_.look(now_, 0);
  }
  EXPECT_EQ(passed_over_.share(), 0);
}

}  // namespace
}  // namespace weir::limiters
