#include "limiters/silence.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using Verdict = Silence::Verdict;

constexpr Duration kTick = milliseconds(10);
constexpr Duration kByChance = milliseconds(100);
constexpr int kPlaces = 10;

class SilenceTest : public ::testing::Test {
 protected:
  Verdict look(int in_flight = kPlaces, int places = kPlaces, Duration by_chance = kByChance) {
    return silence_.look(answered_, in_flight, places, by_chance);
  }
  // So many looks with all places taken and no answer, the last of them.
  Verdict quiet(int looks, int places = kPlaces) {
    Verdict last = Verdict::kNone;
    for (int i = 0; i < looks; ++i) last = look(places, places);
    return last;
  }
  double answered_ = 0;
  Silence silence_{kTick};
};

TEST_F(SilenceTest, IsAPauseWhenItIsLongerThanChance) {
  EXPECT_EQ(quiet(10), Verdict::kNone);
  EXPECT_EQ(quiet(1), Verdict::kPause);
  EXPECT_EQ(silence_.longer_by(), kTick * 11) << "all of it";
  EXPECT_EQ(quiet(1), Verdict::kPause);
  EXPECT_EQ(silence_.longer_by(), kTick);
}

TEST_F(SilenceTest, EndsWithAnAnswerOrAFreePlace) {
  quiet(11);
  ++answered_;
  EXPECT_EQ(look(), Verdict::kNone);
  EXPECT_EQ(quiet(10), Verdict::kNone);
  EXPECT_EQ(look(kPlaces - 1), Verdict::kNone);
  EXPECT_EQ(quiet(10), Verdict::kNone);
  EXPECT_EQ(quiet(1), Verdict::kPause);
}

TEST_F(SilenceTest, IsNeverShorterThanThreeTicks) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(look(kPlaces, kPlaces, Duration(0)), Verdict::kNone);
  EXPECT_EQ(look(kPlaces, kPlaces, Duration(0)), Verdict::kPause);
}

TEST_F(SilenceTest, OfThreeSecondsIsAnOutage) {
  EXPECT_EQ(quiet(300), Verdict::kPause);
  EXPECT_EQ(quiet(1), Verdict::kOutage);
}

TEST_F(SilenceTest, OfFewPlacesSaysNothing) {
  EXPECT_EQ(quiet(1000, 3), Verdict::kNone) << "they may all be busy with something long";
  EXPECT_EQ(quiet(1, 4), Verdict::kOutage);
}

}  // namespace
}  // namespace weir::limiters
