#include "limiters/own_limit.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::limiters {
namespace {

// A service's answers by the number in flight, as the loops count them.
class OwnLimitTest : public ::testing::Test {
 protected:
  OwnLimitTest() : seen_(RefusalCounts::kPlaces) {}
  // So many requests with each number in flight from one to another; that share is refused.
  void answer(size_t from, size_t to, double each, double share) {
    for (size_t place = from; place <= to; ++place) {
      seen_[place].taken += each * (1 - share);
      seen_[place].refused += each * share;
    }
  }
  bool look() {
    of_.update([this](size_t place) { return seen_[place]; });
    return of_.is_there();
  }

  std::vector<OwnLimit::Share> seen_;
  OwnLimit of_;
};

TEST_F(OwnLimitTest, AServiceThatTakesOnlySoManyAtOnceHasOne) {
  EXPECT_FALSE(look());
  answer(1, 12, 20, 0);
  EXPECT_FALSE(look());
  answer(13, 13, 100, 1);
  EXPECT_TRUE(look());
}

TEST_F(OwnLimitTest, AnswersThatAreStillOnTheirWayDoNotHideIt) {
  answer(1, 10, 20, 0);
  answer(11, 12, 40, 0.5);
  answer(13, 15, 60, 0.95);
  EXPECT_TRUE(look());
}

TEST_F(OwnLimitTest, OneCallersQuotaTurnsAwayHoweverFewAreInFlight) {
  answer(1, 20, 100, 0.6);
  EXPECT_FALSE(look());
  answer(1, 20, 1000, 0.6);
  EXPECT_FALSE(look());
}

// His bursts are many in flight, but the others among them are served.
TEST_F(OwnLimitTest, OneCallersBurstsBesideOthersAreNone) {
  answer(1, 10, 100, 0);
  answer(11, 40, 100, 0.7);
  EXPECT_FALSE(look());
}

TEST_F(OwnLimitTest, NothingIsSaidBeforeFewInFlightWereSeen) {
  answer(30, 40, 100, 1);
  EXPECT_FALSE(look());
  answer(5, 15, 4, 0);
  EXPECT_FALSE(look()) << "44 are too few";
  answer(5, 15, 1, 0);
  EXPECT_TRUE(look());
}

TEST_F(OwnLimitTest, AServiceThatBeginsToCountPerCallerIsFoundOut) {
  answer(1, 12, 20, 0);
  answer(13, 13, 100, 1);
  ASSERT_TRUE(look());
  answer(1, 12, 2, 0.5);
  EXPECT_TRUE(look()) << "too few to change it";
  answer(1, 12, 20, 0.5);
  EXPECT_FALSE(look());
}

TEST_F(OwnLimitTest, WhatWasSeenLongAgoFadesByNumber) {
  answer(1, 10, 100'000, 0.5);
  EXPECT_FALSE(look());
  for (int i = 0; i < 30; ++i) {
    answer(1, 12, 200, 0);
    answer(13, 13, 1000, 1);
    look();
  }
  EXPECT_TRUE(look());
}

TEST_F(OwnLimitTest, ManyInFlightCountAsTheMostThatAreToldApart) {
  RefusalCounts counts;
  const auto answered = [&counts](int in_flight, Outcome outcome) {
    counts.answered({TimePoint{}, Duration{}, in_flight, outcome});
  };
  for (const Outcome outcome :
       {Outcome::kSuccess, Outcome::kFailure, Outcome::kOverload, Outcome::kTurnedAway,
        Outcome::kTurnedAway, Outcome::kTurnedAway, Outcome::kAbandoned, Outcome::kIgnored})
    answered(7, outcome);
  answered(100'000, Outcome::kOverload);
  EXPECT_EQ(counts.read(7).taken, 2);
  EXPECT_EQ(counts.read(7).overload, 1);
  EXPECT_EQ(counts.read(7).turned_away, 3);
  EXPECT_EQ(counts.read(RefusalCounts::kPlaces - 1).overload, 1);
}

}  // namespace
}  // namespace weir::limiters
