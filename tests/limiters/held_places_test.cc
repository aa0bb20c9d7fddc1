#include "limiters/held_places.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

TimePoint at(int milliseconds) { return TimePoint{} + std::chrono::milliseconds(milliseconds); }

TEST(HeldPlaces, AreDueOneAfterTheOther) {
  HeldPlaces held;
  EXPECT_TRUE(held.empty());
  EXPECT_FALSE(held.due(at(1000)));
  held.hold(at(10));
  held.hold(at(20));
  EXPECT_EQ(held.size(), 2U);
  EXPECT_EQ(held.next(), at(10));
  EXPECT_FALSE(held.due(at(9)));
  EXPECT_TRUE(held.due(at(10)));
  EXPECT_EQ(held.let_go(), at(10));
  EXPECT_FALSE(held.due(at(19)));
  EXPECT_EQ(held.let_go(), at(20));
  EXPECT_TRUE(held.empty());
}

TEST(HeldPlaces, NobodyGoesOnBeforeWhoCameFirst) {
  HeldPlaces held;
  held.hold(at(30));
  held.hold(at(10));
  held.let_go();
  EXPECT_EQ(held.next(), at(30));
}

TEST(HeldPlaces, WhoHasGoneHoldsUpNobody) {
  HeldPlaces held;
  held.hold(at(30));
  held.let_go();
  held.hold(at(10));
  EXPECT_EQ(held.next(), at(10));
}

TEST(HeldPlaces, KeepTheirOrderHoweverManyComeAndGo) {
  HeldPlaces held;
  int first = 0, last = 0;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 7; ++i) held.hold(at(last++));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(held.let_go(), at(first++));
    EXPECT_EQ(held.size(), static_cast<size_t>(last - first));
    EXPECT_EQ(held.next(), at(first));
  }
}

}  // namespace
}  // namespace weir::limiters
