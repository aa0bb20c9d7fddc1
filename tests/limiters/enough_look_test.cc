#include <gtest/gtest.h>

#include "tests/limiters/enough_fixture.h"

namespace weir::limiters {
namespace {

// It looks at 15 instead of 10, under which so many of a hundred were turned away.
Enough looking(double turned_away, int seconds = 5) {
  Enough enough;
  enough.moved(10);
  note(enough, {.turned_away = turned_away}, seconds);
  enough.begin_look(10, 15);
  enough.moved(15);
  return enough;
}

Cause look(Enough& enough, double limit = 15) {
  const std::optional<Enough::Step> found = step(enough, limit, true);
  return found ? found->cause : Cause::kNoGain;
}

TEST(EnoughLook, ALookUnderWhichAllAreServedStays) {
  Enough enough = looking(10);
  note(enough, {.arrived = 99, .limit = 15});
  EXPECT_EQ(look(enough), Cause::kHeld);
  note(enough, {.limit = 15});
  EXPECT_EQ(look(enough), Cause::kAllServed);
  EXPECT_TRUE(enough.holds(15));
}

TEST(EnoughLook, ALookStaysNoHigherThanPlacesWereTaken) {
  Enough enough = looking(10);
  note(enough, {.limit = 15, .peak = 12}, 2);
  EXPECT_EQ(look(enough), Cause::kAllServed);
  EXPECT_TRUE(enough.holds(12));
  EXPECT_FALSE(enough.holds(15));
  Enough fewer = looking(10);
  note(fewer, {.limit = 15, .peak = 4}, 2);
  EXPECT_EQ(look(fewer), Cause::kAllServed);
  EXPECT_TRUE(fewer.holds(10)) << "nor lower than where it began";
}

TEST(EnoughLook, ALookUnderWhichNoMoreAreServedDoesNot) {
  Enough enough = looking(20);
  note(enough, {.arrived = 80, .limit = 15}, 3);
  EXPECT_EQ(look(enough), Cause::kNoGain);
  EXPECT_FALSE(enough.holds(15));
}

TEST(EnoughLook, ALookUnderWhichAsManyAreTurnedAwayIsNotEnough) {
  Enough enough = looking(30);
  note(enough, {.turned_away = 28, .limit = 15});
  EXPECT_EQ(look(enough), Cause::kNoGain);
}

TEST(EnoughLook, ALookUnderWhichMarkedlyFewerAreTurnedAwayGoesOn) {
  Enough enough = looking(30);
  note(enough, {.turned_away = 24, .limit = 15});
  EXPECT_EQ(look(enough), Cause::kHeld) << "that may be chance";
  note(enough, {.turned_away = 16, .limit = 15});
  const std::optional<Enough::Step> further = step(enough, 15, true);
  ASSERT_TRUE(further);
  EXPECT_EQ(further->cause, Cause::kTryingMore);
  EXPECT_EQ(further->limit, 22.5);
}

TEST(EnoughLook, ALookThatWasNotFilledGoesNoFurther) {
  Enough enough;
  enough.moved(100);
  note(enough, {.turned_away = 30, .limit = 100}, 5);
  enough.begin_look(100, 150);
  enough.moved(150);
  note(enough, {.turned_away = 16, .limit = 150}, 4);
  EXPECT_EQ(look(enough, 150), Cause::kHeld) << "places that were empty have taken some";
  note(enough, {.turned_away = 16, .limit = 150}, 4);
  EXPECT_EQ(look(enough, 150), Cause::kTryingMore);
}

TEST(EnoughLook, ALookGoesNoFurtherThanFourTimes) {
  Enough enough = looking(40);
  double limit = 15;
  for (const double turned_away : {25.0, 15.0}) {
    note(enough, {.turned_away = turned_away, .limit = static_cast<int>(limit)}, 5);
    const std::optional<Enough::Step> further = step(enough, limit, true);
    ASSERT_TRUE(further);
    ASSERT_EQ(further->cause, Cause::kTryingMore);
    limit = *further->limit;
  }
  EXPECT_GT(limit, 33);
  note(enough, {.turned_away = 8, .limit = 33}, 5);
  EXPECT_EQ(look(enough, limit), Cause::kNoGain);
}

TEST(EnoughLook, ALookThatMayBeBetterIsNotWaitedForForLong) {
  Enough enough = looking(30, 1);
  note(enough, {.turned_away = 26, .limit = 15}, 2);
  EXPECT_EQ(look(enough), Cause::kHeld);
  note(enough, {.turned_away = 26, .limit = 15});
  EXPECT_EQ(look(enough), Cause::kNoGain);
}

TEST(EnoughLook, ALookUnderWhichAFewAreTurnedAwayOrWaitIsNotWaitedForForLongEither) {
  Enough enough = looking(8);
  note(enough, {.arrived = 92, .turned_away = 2, .limit = 15}, 3);
  EXPECT_EQ(look(enough), Cause::kHeld);
  note(enough, {.arrived = 92, .turned_away = 2, .limit = 15});
  EXPECT_EQ(look(enough), Cause::kNoGain);
  EXPECT_FALSE(enough.holds(15));
}

TEST(EnoughLook, WhereHalfAreTurnedAwayNoLookIsToBeEnough) {
  Enough enough = looking(50);
  note(enough, {.turned_away = 20, .limit = 15});
  EXPECT_EQ(look(enough), Cause::kNoGain);
}

TEST(EnoughLook, ALookThatCouldNotTurnAwayFewerIsNotBetter) {
  Enough enough = looking(0);
  note(enough, {.waiting = 20, .limit = 15}, 2);
  EXPECT_EQ(look(enough), Cause::kNoGain) << "all wait, and are served";
}

TEST(EnoughLook, ALookIsDueWhereManyAreTurnedAwayForLongWhateverTheLimitWas) {
  Enough enough;
  for (int i = 0; i < 7; ++i) {
    enough.moved(10 + 5 * (i % 2));
    note(enough, {.turned_away = 10});
  }
  EXPECT_FALSE(enough.look_due());
  note(enough, {.turned_away = 10});
  EXPECT_TRUE(enough.look_due());
  Enough few;
  note(few, {.turned_away = 7}, 20);
  EXPECT_FALSE(few.look_due()) << "little is to be won";
  Enough half;
  note(half, {.turned_away = 46}, 20);
  EXPECT_FALSE(half.look_due()) << "half as many more will not do";
  Enough waits;
  note(waits, {.waiting = 20}, 20);
  EXPECT_FALSE(waits.look_due()) << "callers in a closed loop wait, and all are served";
}

TEST(EnoughLook, ALookIsNotDueWhereItIsOver) {
  Enough enough;
  enough.moved(10);
  note(enough, {.turned_away = 40}, 8);
  enough.moved(15);
  note(enough, {.limit = 15});
  EXPECT_FALSE(enough.look_due());
}

TEST(EnoughLook, ALookIsDueLaterAndLaterUntilOneIsProven) {
  Enough enough;
  enough.moved(10);
  note(enough, {.turned_away = 20}, 10);
  for (const int rest : {10, 20, 40}) {
    enough.begin_look(10, 15);
    enough.moved(15);
    enough.moved(10);
    note(enough, {.turned_away = 20}, rest - 1);
    EXPECT_FALSE(enough.look_due());
    note(enough, {.turned_away = 20});
    EXPECT_TRUE(enough.look_due());
  }
}

TEST(EnoughLook, ALookThatOthersHaveJudgedWasForNothing) {
  Enough enough = looking(20, 10);
  EXPECT_FALSE(enough.step(15, false));
  enough.moved(10);
  note(enough, {.turned_away = 20}, 9);
  EXPECT_FALSE(enough.look_due());
  note(enough, {.turned_away = 20});
  EXPECT_TRUE(enough.look_due());
}

TEST(EnoughLook, ALookUnderWhichCallersBeginToLeaveWasForNothing) {
  Enough enough = looking(20, 10);
  enough.note(Second{.limit = 15}.window(), 15, false);
  EXPECT_FALSE(enough.look_due()) << "nothing can be told";
  enough.moved(10);
  note(enough, {.turned_away = 20}, 9);
  EXPECT_FALSE(enough.look_due());
  note(enough, {.turned_away = 20});
  EXPECT_TRUE(enough.look_due());
}

TEST(EnoughLook, WithoutALookNothingIsEnough) {
  Enough enough = cut();
  note(enough, {}, 3);
  EXPECT_EQ(look(enough, 10), Cause::kNoGain);
  EXPECT_FALSE(enough.holds(10));
}

}  // namespace
}  // namespace weir::limiters
