#include "limiters/worth.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

// So many came in so many seconds, some were turned away, and each of the others took so long.
UnderLimit under(double arrived, double turned_away, double seconds, double inside_seconds = 0.1) {
  return {.arrived = arrived,
          .turned_away = turned_away,
          .seconds = seconds,
          .served_seconds = (arrived - turned_away) * inside_seconds};
}

TEST(Worth, IsSomeWhereThoseWhoWereTurnedAwayAreLetInOnTopOfTheOthers) {
  EXPECT_EQ(worth_of(under(1000, 0, 10), under(1000, 200, 10)), Worth::kSome);
}

TEST(Worth, IsNoneWhereAsManyAreLetInAsBefore) {
  EXPECT_EQ(worth_of(under(800, 0, 10), under(1000, 200, 10)), Worth::kNone)
      << "as of callers in a closed loop";
  EXPECT_EQ(worth_of(under(700, 0, 10), under(1000, 200, 10)), Worth::kNone)
      << "and the service thrashes";
}

TEST(Worth, IsNotKnownWhereChanceIsAsLarge) {
  EXPECT_EQ(worth_of(under(100, 0, 1), under(100, 10, 1)), Worth::kUnknown);
  EXPECT_EQ(worth_of(under(90, 0, 1), under(100, 10, 1)), Worth::kUnknown);
  EXPECT_EQ(worth_of(under(100, 0, 1), {}), Worth::kUnknown) << "nothing to compare with";
  EXPECT_EQ(worth_of(under(100, 0, 1), under(100, 100, 1)), Worth::kUnknown)
      << "when nobody was let in";
}

TEST(Worth, WhereTheyOnlyWaitedTheyMustBeAnsweredSooner) {
  const UnderLimit waited = under(1000, 0, 10, 0.2);
  EXPECT_EQ(worth_of(under(1000, 0, 10, 0.1), waited), Worth::kSome);
  EXPECT_EQ(worth_of(under(1000, 0, 10, 0.17), waited), Worth::kUnknown);
  EXPECT_EQ(worth_of(under(1000, 0, 10, 0.2), waited), Worth::kNone);
  EXPECT_EQ(worth_of(under(1000, 0, 10, 0.3), waited), Worth::kNone);
}

TEST(Worth, FewShowOnlyWhatIsMuchSooner) {
  const UnderLimit waited = under(50, 0, 1, 0.2);
  EXPECT_FALSE(sooner(under(100, 0, 1, 0.14), waited));
  EXPECT_TRUE(sooner(under(100, 0, 1, 0.13), waited));
}

}  // namespace
}  // namespace weir::limiters
