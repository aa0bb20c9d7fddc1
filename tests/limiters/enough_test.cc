#include "limiters/enough.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using Look = Enough::Look;

// A second under one limit.
struct Second {
  double arrived = 100;
  double turned_away = 0;
  double waiting = 0;
  int limit = 10;

  Window window() const {
    Window made;
    made.opened = TimePoint{};
    made.closed = made.opened + std::chrono::seconds(1);
    made.arrived = arrived;
    made.turned_away = turned_away;
    made.waiting = waiting;
    made.limit = limit;
    made.answered[static_cast<size_t>(Outcome::kSuccess)] = arrived - turned_away;
    return made;
  }
};

void note(Enough& enough, const Second& second, int seconds = 1) {
  for (int i = 0; i < seconds; ++i) enough.note(second.window(), second.limit);
}

// All who came, a hundred a second, were served under a limit of 20, which was cut to 10.
Enough cut() {
  Enough enough;
  note(enough, {.limit = 20}, 2);
  enough.moved();
  return enough;
}

TEST(Enough, GoesBackToWhereAllWereServedWhenAsManyComeAndFewerAre) {
  Enough enough = cut();
  EXPECT_FALSE(enough.regret(10));
  note(enough, {.turned_away = 10});
  EXPECT_EQ(enough.regret(10), 20);
  EXPECT_TRUE(enough.holds());
}

TEST(Enough, GoesBackWhenTheyWaitInsteadOfBeingTurnedAway) {
  Enough enough = cut();
  Second second{.waiting = 8};
  Window window = second.window();
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = 92;
  enough.note(window, 10);
  EXPECT_EQ(enough.regret(10), 20);
}

TEST(Enough, ACutThatServesAllIsNotRegretted) {
  Enough enough = cut();
  note(enough, {.turned_away = 1}, 20);
  EXPECT_FALSE(enough.regret(10));
  EXPECT_FALSE(enough.holds());
}

TEST(Enough, ACutUnderWhichMoreAreServedIsNotRegretted) {
  Enough enough = cut();
  note(enough, {.arrived = 150, .turned_away = 45}, 3);
  EXPECT_FALSE(enough.regret(10)) << "as of callers in a closed loop before what thrashes";
}

TEST(Enough, WhereMoreComeThanEverWereServedNothingIsRegretted) {
  Enough enough = cut();
  note(enough, {.arrived = 200, .turned_away = 120}, 2);
  EXPECT_FALSE(enough.regret(10));
  note(enough, {.turned_away = 20}, 5);
  EXPECT_FALSE(enough.regret(10)) << "what was known then is out of date";
}

TEST(Enough, NothingIsKnownFromFewArrivalsOrOfALimitThatCouldNotBeFilledYet) {
  Enough enough;
  note(enough, {.arrived = 99, .limit = 19});
  enough.moved();
  note(enough, {.turned_away = 10});
  EXPECT_FALSE(enough.regret(10));
  Enough wide;
  note(wide, {.arrived = 400, .limit = 100});
  wide.moved();
  note(wide, {.arrived = 400, .turned_away = 40});
  EXPECT_FALSE(wide.regret(10)) << "four for each place may all have found one empty";
}

TEST(Enough, ALowerLimitIsEnoughWhenItHasBeenForLonger) {
  Enough enough = cut();
  note(enough, {}, 8);
  enough.moved();
  note(enough, {.turned_away = 10, .limit = 8});
  EXPECT_EQ(enough.regret(8), 10);
  Enough soon = cut();
  note(soon, {}, 7);
  soon.moved();
  note(soon, {.turned_away = 10, .limit = 8});
  EXPECT_EQ(soon.regret(8), 20);
}

TEST(Enough, HoldsOnlyWhileAllAreServed) {
  Enough enough = cut();
  note(enough, {.turned_away = 10});
  ASSERT_TRUE(enough.regret(10));
  enough.moved();
  note(enough, {.turned_away = 2, .limit = 20}, 30);
  EXPECT_FALSE(enough.regret(20));
  EXPECT_TRUE(enough.holds());
  note(enough, {.turned_away = 5, .limit = 20}, 30);
  EXPECT_FALSE(enough.regret(20));
  EXPECT_FALSE(enough.holds());
}

TEST(Enough, OfAnOverloadItLetsGoAtOnce) {
  Enough enough = cut();
  note(enough, {.turned_away = 10});
  ASSERT_TRUE(enough.regret(10));
  enough.moved();
  note(enough, {.turned_away = 30, .limit = 20});
  EXPECT_FALSE(enough.regret(20));
  EXPECT_FALSE(enough.holds());
}

TEST(Enough, HoldsOnlyWhereMoreAreServedThanBefore) {
  Enough enough = cut();
  note(enough, {.turned_away = 10});
  ASSERT_TRUE(enough.regret(10));
  enough.moved();
  EXPECT_TRUE(enough.proving());
  note(enough, {.arrived = 90, .limit = 20}, 6);
  EXPECT_FALSE(enough.regret(20));
  EXPECT_FALSE(enough.holds()) << "callers who come again when they are answered";
}

TEST(Enough, WhenItWasWrongItRestsForLongerEachTime) {
  Enough enough;
  int rested = 0;
  for (const int rest : {0, 10, 20, 40}) {
    for (rested = 0; !enough.holds() && rested < 100; rested += 3) {
      enough.moved();
      note(enough, {.limit = 20}, 2);
      enough.moved();
      note(enough, {.turned_away = 10});
      enough.regret(10);
    }
    EXPECT_GE(rested, rest);
    EXPECT_LE(rested, rest + 3);
    enough.moved();
    note(enough, {.turned_away = 50, .limit = 20});
    enough.regret(20);
    ASSERT_FALSE(enough.holds());
  }
}

// It looks at 15 instead of 10, under which so many of a hundred were turned away.
Enough looking(double turned_away, int seconds = 5) {
  Enough enough;
  note(enough, {.turned_away = turned_away}, seconds);
  const Enough::Here before = enough.here();
  enough.moved();
  enough.begin_look(before);
  return enough;
}

TEST(Enough, ALookUnderWhichAllAreServedStays) {
  Enough enough = looking(10);
  note(enough, {.arrived = 99, .limit = 15});
  EXPECT_EQ(enough.look(), Look::kWait);
  note(enough, {.limit = 15});
  EXPECT_EQ(enough.look(), Look::kEnough);
  EXPECT_TRUE(enough.holds());
}

TEST(Enough, ALookUnderWhichNoMoreAreServedDoesNot) {
  Enough enough = looking(10);
  note(enough, {.arrived = 90, .limit = 15}, 2);
  EXPECT_EQ(enough.look(), Look::kNotEnough);
  EXPECT_FALSE(enough.holds());
}

TEST(Enough, ALookUnderWhichAsManyAreTurnedAwayIsNotEnough) {
  Enough enough = looking(30);
  note(enough, {.turned_away = 28, .limit = 15});
  EXPECT_EQ(enough.look(), Look::kNotEnough);
}

TEST(Enough, ALookUnderWhichMarkedlyFewerAreTurnedAwayGoesOn) {
  Enough enough = looking(30);
  note(enough, {.turned_away = 24, .limit = 15});
  EXPECT_EQ(enough.look(), Look::kWait) << "that may be chance";
  note(enough, {.turned_away = 16, .limit = 15});
  EXPECT_EQ(enough.look(), Look::kBetter);
}

TEST(Enough, ALookThatMayBeBetterIsNotWaitedForForLong) {
  Enough enough = looking(30, 1);
  note(enough, {.turned_away = 26, .limit = 15}, 2);
  EXPECT_EQ(enough.look(), Look::kWait);
  note(enough, {.turned_away = 26, .limit = 15});
  EXPECT_EQ(enough.look(), Look::kNotEnough);
}

TEST(Enough, WhereHalfAreTurnedAwayNoLookIsToBeEnough) {
  Enough enough = looking(50);
  note(enough, {.turned_away = 20, .limit = 15});
  EXPECT_EQ(enough.look(), Look::kNotEnough);
}

TEST(Enough, ALookThatCouldNotTurnAwayFewerIsNotBetter) {
  Enough enough = looking(0);
  note(enough, {.waiting = 20, .limit = 15}, 2);
  EXPECT_EQ(enough.look(), Look::kNotEnough) << "all wait, and are served";
}

TEST(Enough, LacksForLongWhateverTheLimitWas) {
  Enough enough;
  for (int i = 0; i < 7; ++i) {
    note(enough, {.turned_away = 5});
    enough.moved();
  }
  EXPECT_FALSE(enough.lacks_for_long());
  note(enough, {.turned_away = 5});
  EXPECT_TRUE(enough.lacks_for_long());
  Enough waits;
  note(waits, {.waiting = 20}, 20);
  EXPECT_FALSE(waits.lacks_for_long()) << "callers in a closed loop wait, and all are served";
  enough.forget();
  EXPECT_FALSE(enough.lacks_for_long());
}

TEST(Enough, WithoutALookNothingIsEnough) {
  Enough enough = cut();
  note(enough, {}, 3);
  EXPECT_EQ(enough.look(), Look::kNotEnough);
  EXPECT_FALSE(enough.holds());
}

TEST(Enough, WhatCannotBeToldIsForgotten) {
  Enough enough = cut();
  enough.forget();
  note(enough, {.turned_away = 10});
  EXPECT_FALSE(enough.regret(10));
  Enough held = cut();
  note(held, {.turned_away = 10});
  ASSERT_TRUE(held.regret(10));
  held.forget();
  EXPECT_FALSE(held.holds());
}

}  // namespace
}  // namespace weir::limiters
