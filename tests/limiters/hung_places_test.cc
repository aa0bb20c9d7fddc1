#include "limiters/hung_places.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using Others = HungPlaces::Others;

constexpr double kLimit = 10;  // for those who are answered

// A second in which all places of a limit were taken, and so many were answered after so long.
Window full(int places, int answered, double latency_seconds = 0.010) {
  Window window;
  window.closed = window.opened + std::chrono::seconds(1);
  window.limit = places;
  window.limited = true;
  if (answered > 0) window.as_answered = Level::of(latency_seconds, places, answered);
  return window;
}

class HungPlacesTest : public ::testing::Test {
 protected:
  double after(const Window& window, int times = 1, bool apart = true) {
    for (int i = 0; i < times; ++i) hung_.note(window, apart, kLimit);
    return hung_.places(kLimit);
  }
  Others others_after(const Window& window, int times = 1) {
    Others others = Others::kAsEver;
    for (int i = 0; i < times && others == Others::kAsEver; ++i) {
      hung_.note(window, true, kLimit);
      others = hung_.others(Level::of(0.010, 10, 256), kLimit);
    }
    return others;
  }
  HungPlaces hung_;
};

TEST_F(HungPlacesTest, AreThoseThatNobodyWhoIsAnsweredHasTaken) {
  EXPECT_NEAR(after(full(70, 1000), 100), 60, 0.1) << "a thousand answers of 10 ms take ten places";
  EXPECT_NEAR(after(full(30, 1000), 100), 20, 0.1) << "some have gone";
  Window half = full(70, 1000);
  half.in_use = 0.5;
  EXPECT_NEAR(after(half, 100), 25, 0.1) << "no more than were taken";
}

TEST_F(HungPlacesTest, AreTwiceAsManyAsCanBeSeenWhereNobodyElseFindsRoom) {
  EXPECT_NEAR(after(full(10, 3)), 10, 1e-9);
  EXPECT_NEAR(after(full(20, 3)), 30, 1e-9);
}

TEST_F(HungPlacesTest, AreAThirdMoreWhereTheOthersHaveLessThanHalfOfTheirs) {
  EXPECT_NEAR(after(full(10, 400)), 3.5, 1e-9);
}

TEST_F(HungPlacesTest, AreNotGuessedAtWhereNobodyHasToWait) {
  Window roomy = full(70, 3);
  roomy.limited = false;
  EXPECT_LT(after(roomy, 100), 71);
}

TEST_F(HungPlacesTest, ThatComeAndGoAreMadeUpForByWhatTheyStray) {
  for (int i = 0; i < 100; ++i) {
    after(full(72, 1000));
    after(full(68, 1000));
  }
  EXPECT_NEAR(after(full(70, 1000)), 62.3, 1);
  for (int i = 0; i < 100; ++i) {
    after(full(110, 1000));
    after(full(30, 1000));
  }
  EXPECT_LT(after(full(70, 1000)), 60 + 20 + kLimit / 2) << "but by no more than half a limit";
}

TEST_F(HungPlacesTest, AreSoonTakenForOrdinaryOnesWhenTheyAreNotApart) {
  ASSERT_NEAR(after(full(70, 1000), 100), 60, 0.1);
  EXPECT_LT(after(full(70, 1000), 2, false), 50) << "after two seconds";
  EXPECT_LT(after(full(70, 233, 0.3), 20, false), 6) << "at work is who is slow";
}

TEST_F(HungPlacesTest, TheOthersAreSlowerByHalfOfFiftyAnswersAndQuickerByManyMore) {
  EXPECT_EQ(others_after(full(70, 600, 0.0165)), Others::kSlower);
  EXPECT_EQ(others_after(full(70, 600, 0.0145), 10), Others::kAsEver);
  hung_.forget();
  EXPECT_EQ(others_after(full(70, 49, 0.3)), Others::kAsEver) << "too few";
  hung_.forget();
  EXPECT_EQ(others_after(full(60, 200, 0.009)), Others::kAsEver) << "too few for so little";
  hung_.forget();
  EXPECT_EQ(others_after(full(60, 600, 0.009)), Others::kQuicker);
}

}  // namespace
}  // namespace weir::limiters
