#include "limiters/fair_share.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

// Looks every 50 ms at partitions that ask at a steady rate, and of which as many are let in as the
// places allow, alike of all.
class FairShareTest : public testing::Test {
 protected:
  struct Asks {
    double per_second;
    double seconds_each = 0.01;
  };

  void ask(size_t priority, std::initializer_list<Asks> all, int looks = 100, double places = 10) {
    double wanted = 0;
    for (const Asks& one : all) wanted += one.per_second * one.seconds_each;
    const double let_in = std::min(1.0, places / std::max(wanted, 1e-9));
    for (int i = 0; i < looks; ++i) {
      size_t partition = 0;
      for (const Asks& one : all) {
        PartitionCounts::Totals& totals = totals_[cell_of(priority, partition++)];
        totals.arrived += one.per_second / 20;
        totals.granted += let_in * one.per_second / 20;
        totals.held = let_in * one.per_second * one.seconds_each;
      }
      look(places);
    }
  }
  void look(double places = 10) {
    share_.update([this](size_t cell) { return totals_[cell]; }, milliseconds(50), places);
  }

  FairShare share_{2};
  std::array<PartitionCounts::Totals, 2 * kPartitions> totals_{};
};

TEST_F(FairShareTest, WhereThereIsEnoughAllOfItIsWithin) {
  ask(0, {{700}, {200}});
  EXPECT_EQ(share_.within(0), 1);
  EXPECT_EQ(share_.within(1), 1);
  EXPECT_TRUE(std::isinf(share_.share_places(0)));
  EXPECT_EQ(share_.over_share(), 0U);
}

// Of ten places one and one and a half are left to those who ask for no more; the others have 3.75.
TEST_F(FairShareTest, WhoAsksForLittleGetsItAndTheOthersShareTheRest) {
  ask(0, {{2000}, {100}, {150}, {400}});
  EXPECT_NEAR(share_.share_places(0), 3.75, 0.01);
  EXPECT_EQ(share_.within(1), 1);
  EXPECT_EQ(share_.within(2), 1);
  EXPECT_LT(share_.within(3), 1);
  EXPECT_EQ(share_.over_share(), 2U);
}

// What is not within competes for the other places, and whoever sends more of that gets more.
TEST_F(FairShareTest, WithWhatItGetsBesidesNobodyHasMoreThanItsPart) {
  const std::array<double, 3> asked{20, 6, 4};
  ask(0, {{2000}, {600}, {400}});
  double within = 0, beyond = 0;
  for (size_t i = 0; i < asked.size(); ++i) {
    within += asked[i] * share_.within(i);
    beyond += asked[i] * (1 - share_.within(i));
  }
  EXPECT_NEAR(within, 10 * FairShare::kShared, 0.01);
  for (size_t i = 0; i < asked.size(); ++i) {
    const double besides = (10 - within) * asked[i] * (1 - share_.within(i)) / beyond;
    EXPECT_NEAR(asked[i] * share_.within(i) + besides, 10.0 / 3, 0.05) << i;
  }
}

TEST_F(FairShareTest, FewLongRequestsWeighAsMuchAsManyShortOnes) {
  ask(0, {{10, 1.0}, {1000, 0.01}});
  EXPECT_NEAR(share_.within(0), share_.within(1), 0.02);
  EXPECT_NEAR(share_.share_places(0), 5, 0.01);
}

TEST_F(FairShareTest, AFloodShowsAtTheNextLook) {
  ask(0, {{100}, {100}});
  ASSERT_EQ(share_.over_share(), 0U);
  totals_[0].arrived += 250;
  look();
  EXPECT_LT(share_.within(0), 0.25);
  EXPECT_EQ(share_.within(1), 1);
}

TEST_F(FairShareTest, OneWhoHasComeOnceIsNoFlood) {
  ask(0, {{900}, {100}}, 100, 5);
  totals_[7].arrived = 1;
  look();
  EXPECT_EQ(share_.within(7), 1);
}

TEST_F(FairShareTest, WhoeverHasStoppedAskingIsForgotten) {
  ask(0, {{950}, {100}}, 100, 9);
  ASSERT_EQ(share_.over_share(), 1U);
  ask(0, {{0}, {100}}, 400);
  EXPECT_EQ(share_.over_share(), 0U);
  EXPECT_EQ(share_.busiest(10).size(), 1U);
}

// Five of ten places are asked for first; the flood behind has the others, and its neighbour all it
// asks for.
TEST_F(FairShareTest, ALessImportantPrioritySharesWhatTheOthersLeave) {
  const auto add = [this](size_t cell, double arrived, double granted, double held) {
    totals_[cell].arrived += arrived;
    totals_[cell].granted += granted;
    totals_[cell].held = held;
  };
  for (int i = 0; i < 100; ++i) {
    add(cell_of(0, 3), 25, 25, 5);
    add(cell_of(1, 0), 100, 20, 4);
    add(cell_of(1, 1), 5, 5, 1);
    look();
  }
  EXPECT_EQ(share_.within(cell_of(0, 3)), 1);
  EXPECT_NEAR(share_.share_places(1), 4, 0.05);
  EXPECT_EQ(share_.within(cell_of(1, 1)), 1);
}

// So that whoever comes next finds the flood beyond its share already.
TEST_F(FairShareTest, WhoAsksAloneForTooMuchIsBeyondAllOfThem) {
  ask(0, {{2000}});
  EXPECT_NEAR(share_.share_places(0), 10, 0.01);
  EXPECT_NEAR(share_.within(0), 10 * FairShare::kShared / 20, 0.01);
}

// Eight of ten places for streams that were begun and are not over: as if they asked for eight, and
// more, since a fifth was turned away.
TEST_F(FairShareTest, WhatIsNotOverCountsAsFarAsItHasCome) {
  for (int i = 0; i < 400; ++i) {
    totals_[0].arrived += 0.05;
    totals_[0].granted += 0.04;
    totals_[0].held = std::min(8.0, totals_[0].granted);
    totals_[1].arrived += 5;
    totals_[1].granted += 5;
    totals_[1].held = 2;
    look();
  }
  const auto askers = share_.busiest(2);
  ASSERT_EQ(askers.size(), 2U);
  EXPECT_EQ(askers[0].partition, 0U);
  EXPECT_GT(askers[0].places, 8);
  EXPECT_LT(share_.within(0), 1);
  EXPECT_EQ(share_.within(1), 1);
}

// In dry run nobody is held back and all take longer for it: a hundred times as many are inside as
// the limit would allow.
TEST_F(FairShareTest, WhatWouldNotBeThereBehindALimitIsLeftOut) {
  for (int i = 0; i < 200; ++i) {
    totals_[0].arrived += 100;
    totals_[0].granted += 100;
    totals_[0].held = 1000;
    totals_[1].arrived += 5;
    totals_[1].granted += 5;
    totals_[1].held = 50;
    look();
  }
  const auto askers = share_.busiest(2);
  EXPECT_NEAR(askers[0].places + askers[1].places, 10, 0.5);
  EXPECT_EQ(share_.within(1), 1);
}

// A limit that was just cut is not shared out as it was before.
TEST_F(FairShareTest, FewerPlacesAreSharedAtOnce) {
  ask(0, {{2000}, {100}});
  ask(0, {{2000}, {100}}, 1, 5);
  EXPECT_LT(share_.share_places(0), 4.1);
}

TEST_F(FairShareTest, NamesThoseWhoAskForTheMost) {
  ask(1, {{100}, {900}, {500}});
  const auto askers = share_.busiest(2);
  ASSERT_EQ(askers.size(), 2U);
  EXPECT_EQ(askers[0].priority, 1U);
  EXPECT_EQ(askers[0].partition, 1U);
  EXPECT_NEAR(askers[0].per_second, 900, 1);
  EXPECT_NEAR(askers[0].places, 9, 0.1);
  EXPECT_EQ(askers[1].partition, 2U);
}

}  // namespace
}  // namespace weir::limiters
