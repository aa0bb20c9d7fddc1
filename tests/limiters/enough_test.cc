#include "limiters/enough.h"

#include <gtest/gtest.h>

#include "tests/limiters/enough_fixture.h"

namespace weir::limiters {
namespace {

// And it went back, since then so many were turned away for so long.
Enough held(double turned_away = 20, int seconds = 5) {
  Enough enough = cut();
  note(enough, {.turned_away = turned_away}, seconds);
  EXPECT_EQ(regret(enough, 10), 20);
  EXPECT_TRUE(enough.holds(20));
  return enough;
}

TEST(Enough, GoesBackToWhereAllWereServedWhenAsManyComeAndFewerAre) {
  Enough enough = cut();
  EXPECT_EQ(regret(enough, 10), 0);
  note(enough, {.turned_away = 10});
  EXPECT_EQ(regret(enough, 10), 20);
  EXPECT_TRUE(enough.holds(20));
}

TEST(Enough, GoesBackNoFurtherThanPlacesWereTaken) {
  Enough enough;
  enough.moved(40);
  note(enough, {.limit = 40, .peak = 20}, 2);
  enough.moved(10);
  note(enough, {.turned_away = 10});
  EXPECT_EQ(regret(enough, 10), 20);
}

TEST(Enough, GoesBackWhenTheyWaitInsteadAndAllAreAnsweredLater) {
  Enough enough = cut();
  note(enough, {.waiting = 8, .served = 92});
  EXPECT_EQ(regret(enough, 10), 20);
}

TEST(Enough, WhoWaitsIsNoReasonWhereNobodyIsAnsweredSoonerByMoreInside) {
  Enough enough;
  enough.moved(20);
  note(enough, {.waiting = 1.9, .limit = 20}, 2);
  enough.moved(10);
  note(enough, {.waiting = 5.1, .served = 92}, 5);
  EXPECT_EQ(regret(enough, 10), 0) << "as of callers in a closed loop";
}

TEST(Enough, WhoWaitsIsNoReasonWhereAsManyAreServedAsCome) {
  Enough enough = cut();
  note(enough, {.waiting = 8, .served = 105}, 5);
  EXPECT_EQ(regret(enough, 10), 0) << "a queue that comes and goes";
}

TEST(Enough, ACutThatServesAllIsNotRegretted) {
  Enough enough = cut();
  note(enough, {.turned_away = 1}, 20);
  EXPECT_EQ(regret(enough, 10), 0);
  EXPECT_FALSE(enough.holds(10));
}

TEST(Enough, ACutUnderWhichMoreAreServedIsNotRegretted) {
  Enough enough = cut();
  note(enough, {.arrived = 150, .turned_away = 45}, 3);
  EXPECT_EQ(regret(enough, 10), 0) << "as of callers in a closed loop before what thrashes";
}

TEST(Enough, WhereMoreComeThanEverWereServedNothingIsRegrettedUntilFewerDo) {
  Enough enough = cut();
  note(enough, {.arrived = 200, .turned_away = 120}, 2);
  EXPECT_EQ(regret(enough, 10), 0);
  enough.moved(8);
  note(enough, {.turned_away = 20, .limit = 8}, 5);
  EXPECT_EQ(regret(enough, 8), 20);
}

TEST(Enough, NothingIsKnownFromFewArrivalsOrOfALimitThatCouldNotBeFilledYet) {
  Enough enough;
  enough.moved(19);
  note(enough, {.arrived = 99, .limit = 19});
  enough.moved(10);
  note(enough, {.turned_away = 10});
  EXPECT_EQ(regret(enough, 10), 0);
  Enough wide;
  wide.moved(100);
  note(wide, {.arrived = 400, .limit = 100});
  wide.moved(10);
  note(wide, {.arrived = 400, .turned_away = 40});
  EXPECT_EQ(regret(wide, 10), 0) << "four for each place may all have found one empty";
}

TEST(Enough, AWideLimitIsKnownOnceItCouldBeFilled) {
  Enough wide;
  wide.moved(400);
  note(wide, {.arrived = 500, .limit = 400}, 4);
  wide.moved(200);
  note(wide, {.arrived = 500, .turned_away = 50, .limit = 200});
  EXPECT_EQ(regret(wide, 200), 400);
}

TEST(Enough, ALowerLimitIsEnoughWhenItHasBeenForLonger) {
  Enough enough = cut();
  note(enough, {}, 8);
  enough.moved(8);
  note(enough, {.turned_away = 10, .limit = 8});
  EXPECT_EQ(regret(enough, 8), 10);
  Enough soon = cut();
  note(soon, {}, 7);
  soon.moved(8);
  note(soon, {.turned_away = 10, .limit = 8});
  EXPECT_EQ(regret(soon, 8), 20);
}

TEST(Enough, WhereTheLowerOneWasNotEnoughAfterAllTheHigherOneIs) {
  Enough enough = cut();
  note(enough, {}, 8);
  note(enough, {.turned_away = 10}, 10);
  EXPECT_EQ(regret(enough, 10), 20);
}

TEST(Enough, HoldsOnlyWhileAllAreServed) {
  Enough enough = held();
  note(enough, {.turned_away = 2, .limit = 20}, 10);
  EXPECT_EQ(regret(enough, 20), 0);
  EXPECT_TRUE(enough.holds(20));
  EXPECT_FALSE(enough.suffices(20)) << "it may grow";
  note(enough, {.turned_away = 6, .limit = 20}, 10);
  EXPECT_EQ(regret(enough, 20), 0);
  EXPECT_FALSE(enough.holds(20));
}

TEST(Enough, OfAnOverloadItLetsGoAtOnce) {
  Enough enough = held();
  note(enough, {.turned_away = 30, .limit = 20});
  EXPECT_EQ(regret(enough, 20), 0);
  EXPECT_FALSE(enough.holds(20));
}

TEST(Enough, HoldsWhereItIsAndNowhereElse) {
  Enough enough = held();
  EXPECT_TRUE(enough.holds(22));
  EXPECT_FALSE(enough.holds(23));
  EXPECT_FALSE(enough.holds(17));
  enough.moved(17);
  enough.moved(20);
  EXPECT_FALSE(enough.holds(20)) << "it was moved for another reason";
}

TEST(Enough, WhileAllAreServedMoreAreNotNeeded) {
  Enough enough = held();
  EXPECT_FALSE(enough.suffices(20)) << "that is not known yet";
  note(enough, {.limit = 20});
  EXPECT_TRUE(enough.suffices(20));
}

TEST(Enough, HoldsOnlyWhereMoreAreLetInThanBefore) {
  Enough enough = held();
  EXPECT_TRUE(enough.proving());
  note(enough, {.arrived = 80, .limit = 20}, 6);
  EXPECT_FALSE(enough.step(20, false)) << "too few";
  note(enough, {.arrived = 80, .limit = 20});
  const std::optional<Enough::Step> back = enough.step(20, false);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->cause, Cause::kNoGain) << "callers who come again when they are answered";
  EXPECT_EQ(back->limit, 10);
  EXPECT_FALSE(enough.holds(20));
}

TEST(Enough, IsProvenWhereThoseWhoWereTurnedAwayAreLetIn) {
  Enough enough = held();
  note(enough, {.limit = 20}, 5);
  EXPECT_FALSE(enough.step(20, false));
  EXPECT_FALSE(enough.proving());
  EXPECT_TRUE(enough.holds(20));
}

TEST(Enough, AfterTwoThousandAThirdFewerAreTried) {
  Enough enough = held();
  note(enough, {.limit = 20}, 19);
  EXPECT_FALSE(enough.step(20, false));
  note(enough, {.limit = 20});
  const std::optional<Enough::Step> less = step(enough, 20);
  ASSERT_TRUE(less);
  EXPECT_EQ(less->cause, Cause::kTryingLess);
  EXPECT_EQ(less->limit, 13);
  EXPECT_TRUE(enough.trying_less());
  EXPECT_TRUE(enough.holds(13)) << "until that is judged";
}

// A third fewer than 20 are tried.
Enough trying_less() {
  Enough enough = held();
  note(enough, {.limit = 20}, 20);
  EXPECT_EQ(step(enough, 20)->cause, Cause::kTryingLess);
  return enough;
}

TEST(Enough, WhereFewerHaveCallersTurnedAwayMoreAreHeldForTwiceAsLong) {
  Enough enough = trying_less();
  note(enough, {.turned_away = 20, .limit = 13}, 2);
  EXPECT_EQ(step(enough, 13)->cause, Cause::kAllServed) << "that is no chance";
  EXPECT_TRUE(enough.holds(20));
  EXPECT_FALSE(enough.proving());
  note(enough, {.limit = 20}, 39);
  EXPECT_FALSE(step(enough, 20));
  note(enough, {.limit = 20});
  EXPECT_EQ(step(enough, 20)->cause, Cause::kTryingLess);
}

TEST(Enough, WhereFewerServeAllTheyAreEnough) {
  Enough enough = trying_less();
  note(enough, {.limit = 13}, 2);
  EXPECT_EQ(step(enough, 13)->cause, Cause::kHeld) << "not known yet";
  note(enough, {.limit = 13});
  EXPECT_FALSE(step(enough, 13));
  EXPECT_TRUE(enough.holds(13));
  EXPECT_FALSE(enough.trying_less());
}

TEST(Enough, WhereCallersWaitAndAreNoWorseOffLatencyMaySayHowLow) {
  Enough enough = trying_less();
  Window quick = Second{.waiting = 7, .limit = 13}.window();
  quick.in_use = 0.1;
  for (int i = 0; i < 12; ++i) enough.note(quick, 13, true);
  EXPECT_FALSE(step(enough, 13)) << "as of callers in a closed loop before what thrashes";
  EXPECT_FALSE(enough.holds(13));
}

TEST(Enough, OnePlaceIsNotTriedWithFewer) {
  Enough enough;
  enough.moved(2);
  note(enough, {.limit = 2}, 2);
  enough.moved(1);
  note(enough, {.turned_away = 20, .limit = 1}, 5);
  ASSERT_EQ(regret(enough, 1), 2);
  note(enough, {.limit = 2}, 20);
  EXPECT_EQ(step(enough, 2)->limit, 1);
  note(enough, {.limit = 1}, 3);
  EXPECT_FALSE(step(enough, 1));
  note(enough, {.limit = 1}, 60);
  EXPECT_FALSE(step(enough, 1));
  EXPECT_TRUE(enough.holds(1));
}

TEST(Enough, WhenItWasWrongItRestsForLongerEachTime) {
  Enough enough;
  for (const int rest : {0, 10, 20, 40}) {
    int rested = 0;
    for (; !enough.holds(20) && rested < 100; rested += 3) {
      enough.moved(20);
      note(enough, {.limit = 20}, 2);
      enough.moved(10);
      note(enough, {.turned_away = 10});
      regret(enough, 10);
    }
    EXPECT_GE(rested, rest);
    EXPECT_LE(rested, rest + 3);
    note(enough, {.turned_away = 50, .limit = 20});
    regret(enough, 20);
    ASSERT_FALSE(enough.holds(20));
  }
}

TEST(Enough, AnOrdinaryRiseOfTheLoadIsNotHeldAgainstIt) {
  Enough enough = held();
  note(enough, {.arrived = 150, .turned_away = 50, .limit = 20}, 2);
  regret(enough, 20);
  ASSERT_FALSE(enough.holds(20));
  enough.moved(10);
  note(enough, {.turned_away = 20});
  EXPECT_EQ(regret(enough, 10), 20) << "the load has fallen again";
}

TEST(Enough, WhatCannotBeToldIsForgotten) {
  Enough enough = cut();
  enough.note(Second{}.window(), 10, false);
  note(enough, {.turned_away = 10});
  EXPECT_EQ(regret(enough, 10), 0);
  Enough let_go = held();
  let_go.note(Second{.limit = 20}.window(), 20, false);
  EXPECT_FALSE(let_go.holds(20));
}

TEST(Enough, WhereTheServiceRefusesOrTimesOutNothingIsToldUntilItIsLongOver) {
  Enough enough = held();
  note(enough, {.limit = 20, .lost = 4});
  EXPECT_TRUE(enough.holds(20)) << "four may be chance";
  note(enough, {.limit = 20, .lost = 40}, 2);
  EXPECT_FALSE(enough.holds(20));
  enough.moved(10);
  note(enough, {.turned_away = 10}, 5);
  EXPECT_FALSE(enough.look_due());
}

}  // namespace
}  // namespace weir::limiters
