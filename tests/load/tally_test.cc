#include "load-tests/load/tally.h"

#include <gtest/gtest.h>

namespace weir::load {
namespace {

using std::chrono::milliseconds;

TEST(TallyTest, EveryStatusHasItsClass) {
  struct Case {
    int status;
    Outcome outcome;
  };
  for (const Case& one :
       {Case{200, Outcome::kOk}, Case{204, Outcome::kOk}, Case{304, Outcome::kOk},
        Case{404, Outcome::kFailed}, Case{429, Outcome::kShed}, Case{500, Outcome::kFailed},
        Case{502, Outcome::kFailed}, Case{503, Outcome::kShed}, Case{504, Outcome::kFailed}})
    EXPECT_EQ(outcome_of(one.status), one.outcome) << one.status;
}

TEST(TallyTest, GoodputIsOkWithinTheObjective) {
  Tally tally;
  tally.length = std::chrono::seconds(2);
  for (const int latency : {50, 100, 101})
    tally.record(Outcome::kOk, milliseconds(latency), milliseconds(100));
  tally.record(Outcome::kShed, milliseconds(1), milliseconds(100));
  EXPECT_EQ(tally.ok, 3u);
  EXPECT_EQ(tally.good, 2u);
  EXPECT_EQ(tally.per_second(tally.good), 1);
  EXPECT_EQ(tally.ok_latency.count(), 3u);
  EXPECT_EQ(tally.shed_latency.count(), 1u);
}

TEST(TallyTest, AddingKeepsTheExtremesOfRetryAfter) {
  Tally one;
  Tally other;
  one.retry_after.record(3);
  other.retry_after.record(1);
  other.retry_after.record(8);
  one.add(other);
  one.add(Tally());
  EXPECT_EQ(one.retry_after.seen, 3u);
  EXPECT_EQ(one.retry_after.least, 1u);
  EXPECT_EQ(one.retry_after.mean(), 4);
  EXPECT_EQ(one.retry_after.most, 8u);
}

TEST(SeriesTest, RequestsCountWhereTheyWereDueAndAnswersWhereTheyCame) {
  Series series;
  series.due(milliseconds(50));
  series.due(milliseconds(99));
  series.ended(milliseconds(120), Outcome::kOk, milliseconds(70), milliseconds(60), 1);
  series.ended(milliseconds(350), Outcome::kShed, milliseconds(251), milliseconds(60), 0);
  const auto& slices = series.slices();
  ASSERT_EQ(slices.size(), 4u);
  EXPECT_EQ(slices[0].due, 2u);
  EXPECT_EQ(slices[1].ok, 1u);
  EXPECT_EQ(slices[1].good, 0u);
  EXPECT_EQ(slices[1].in_flight, 1u);
  EXPECT_NEAR(limiters::to_seconds(slices[1].p99), 0.070, 0.0007);
  EXPECT_EQ(slices[2].ok, 0u);
  EXPECT_EQ(slices[3].shed, 1u);
}

}  // namespace
}  // namespace weir::load
