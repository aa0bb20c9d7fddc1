#include "limiters/under_limit.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

// A hundred in a second under a limit of ten.
Window second() {
  Window window;
  window.closed = window.opened + std::chrono::seconds(1);
  window.arrived = 100;
  window.limit = 10;
  window.in_use = 0.4;
  window.peak_in_flight = 7;
  window.answered[static_cast<size_t>(Outcome::kSuccess)] = 95;
  return window;
}

UnderLimit seen(const Window& window, int times = 1) {
  UnderLimit seen;
  for (int i = 0; i < times; ++i) seen.add(window);
  return seen;
}

TEST(UnderLimit, CountsWhoCameAndWhoWasLetInAndHowLongTheyWereInside) {
  Window window = second();
  window.turned_away = 20;
  window.waiting = 4;
  const UnderLimit under = seen(window, 3);
  EXPECT_DOUBLE_EQ(under.per_second(), 100);
  EXPECT_DOUBLE_EQ(under.let_in_per_second(), 80);
  EXPECT_DOUBLE_EQ(under.served_per_second(), 95);
  EXPECT_DOUBLE_EQ(under.share_turned_away(), 0.2);
  EXPECT_DOUBLE_EQ(under.inside_seconds(), 0.1) << "four wait and four are served, of 80 a second";
  EXPECT_DOUBLE_EQ(under.places(), 10);
  EXPECT_EQ(under.peak_in_flight, 7);
}

TEST(UnderLimit, NothingIsKnownOfNothing) {
  const UnderLimit nothing;
  EXPECT_EQ(nothing.per_second(), 0);
  EXPECT_EQ(nothing.let_in_per_second(), 0);
  EXPECT_EQ(nothing.share_turned_away(), 0);
  EXPECT_EQ(nothing.inside_seconds(), 0);
  EXPECT_FALSE(nothing.all_served());
  EXPECT_FALSE(nothing.lacking());
  EXPECT_FALSE(nothing.losing());
}

TEST(UnderLimit, WhoHadComeBeforeIsTurnedAwayAndNobodyIsLetInForIt) {
  Window window = second();
  window.turned_away = 300;
  const UnderLimit under = seen(window);
  EXPECT_DOUBLE_EQ(under.share_turned_away(), 1);
  EXPECT_EQ(under.let_in_per_second(), 0);
  EXPECT_EQ(under.inside_seconds(), 0);
}

TEST(UnderLimit, RemembersAThousandOrTenForEachPlace) {
  Window window = second();
  EXPECT_DOUBLE_EQ(seen(window, 30).arrived, 1000);
  EXPECT_DOUBLE_EQ(seen(window, 30).per_second(), 100);
  window.limit = 250;
  EXPECT_DOUBLE_EQ(seen(window, 30).arrived, 2500);
}

TEST(UnderLimit, AllAreServedWhereHardlyAnybodyIsTurnedAwayOrWaits) {
  Window window = second();
  EXPECT_TRUE(seen(window).all_served());
  window.turned_away = 2;
  EXPECT_FALSE(seen(window).all_served());
  window = second();
  window.waiting = 1.1;
  EXPECT_FALSE(seen(window).all_served());
  window = second();
  window.arrived = 99;
  EXPECT_FALSE(seen(window).all_served()) << "too few";
}

TEST(UnderLimit, AWideLimitIsFilledLaterAndCanBe) {
  Window window = second();
  window.limit = 400;
  EXPECT_FALSE(seen(window, 19).all_served());
  EXPECT_TRUE(seen(window, 20).all_served());
}

TEST(UnderLimit, LacksWhereMoreThanAFewAreTurnedAwayOrWait) {
  Window window = second();
  window.turned_away = 3;
  EXPECT_FALSE(seen(window).lacking());
  window.turned_away = 4;
  EXPECT_TRUE(seen(window).turns_away());
  EXPECT_FALSE(seen(window).turns_away_for_long());
  EXPECT_TRUE(seen(window, 8).turns_away_for_long());
  window.arrived = 49;
  EXPECT_FALSE(seen(window).turns_away()) << "too few";
  window = second();
  window.waiting = 5.1;
  EXPECT_TRUE(seen(window).lacking());
  EXPECT_FALSE(seen(window).turns_away());
  window.waiting = 5;
  EXPECT_FALSE(seen(window).lacking());
}

TEST(UnderLimit, LacksMuchWhereThatIsNoChance) {
  Window window = second();
  window.turned_away = 28;
  EXPECT_FALSE(seen(window).lacks_much());
  window.turned_away = 29;
  EXPECT_TRUE(seen(window).lacks_much());
}

TEST(UnderLimit, LosesWhereMoreThanAFewAreRefusedOrTimeOut) {
  Window window = second();
  window.answered[static_cast<size_t>(Outcome::kOverQuota)] = 5;
  EXPECT_FALSE(seen(window).losing()) << "that may be chance";
  EXPECT_TRUE(seen(window, 2).losing());
}

}  // namespace
}  // namespace weir::limiters
