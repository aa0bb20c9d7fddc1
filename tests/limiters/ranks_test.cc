#include "limiters/ranks.h"

#include <gtest/gtest.h>

#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

TEST(Ranks, WithoutPartitionsAreThePriorities) {
  const PermitPool pool(1, 1, 1);
  Ranks ranks(3, pool);
  EXPECT_EQ(ranks.of({.priority = 1}).rank, 1);
  EXPECT_EQ(ranks.of({.priority = 7}).rank, 2) << "none such: the least important";
  EXPECT_EQ(ranks.of({.priority = 1}).cell, kNoCell);
  EXPECT_FALSE(ranks.over_share(1));
}

TEST(Ranks, EachPriorityHasTwoWherePartitionsShare) {
  PermitPool pool(1, 1, 1, 2 * kPartitions);
  Ranks ranks(4, pool);
  const Arrival batch{.priority = 1, .partition = 5};
  EXPECT_EQ(ranks.of(batch).rank, 2);
  EXPECT_EQ(ranks.of(batch).cell, cell_of(1, 5));
  pool.publish_within_share(cell_of(1, 5), 0);
  ranks.of(batch);
  EXPECT_EQ(ranks.of(batch).rank, 3);
  EXPECT_TRUE(ranks.over_share(3));
  EXPECT_FALSE(ranks.over_share(2));
  EXPECT_EQ(ranks.of({.priority = 1, .partition = 6}).rank, 2) << "another partition";
}

TEST(Ranks, WhatIsWithinIsSpreadEvenly) {
  PermitPool pool(1, 1, 1, kPartitions);
  Ranks ranks(2, pool);
  pool.publish_within_share(3, 0.25F);
  int within = 0, longest = 0, since = 0;
  for (int i = 0; i < 400; ++i) {
    ++since;
    if (ranks.of({.partition = 3}).rank == 1) continue;
    ++within;
    longest = std::max(longest, since);
    since = 0;
  }
  EXPECT_EQ(within, 100);
  EXPECT_EQ(longest, 4);
}

class SharesTest : public GateTest {
 protected:
  SharesTest() {
    queue_params_.partitioned = true;
    build(1);
  }
  Request from(uint16_t partition) { return ask(0, {.partition = partition}); }
};

TEST_F(SharesTest, WhatIsWithinOvertakesWhatIsBeyond) {
  pool_->publish_within_share(1, 0);
  from(1).reset();  // what is left of its last share
  const Request first = from(2);
  ASSERT_TRUE(first->runs());
  const Request greedy = from(1);
  const Request modest = from(2);
  first->finish(Outcome::kSuccess);
  settle();
  EXPECT_TRUE(modest->runs());
  EXPECT_TRUE(greedy->waits());
}

TEST_F(SharesTest, APlaceThatNobodyElseWantsIsTakenFromBeyondToo) {
  pool_->publish_within_share(1, 0);
  from(1).reset();
  EXPECT_TRUE(from(1)->runs());
}

TEST_F(SharesTest, WhoIsTurnedAwayBeyondItsShareIsToldSo) {
  pool_->publish_within_share(1, 0);
  from(1).reset();
  pool_->publish_queue(kLongestWait, 0, 0);
  pool_->publish_queue(kLongestWait, 0, 1);
  const Request running = from(2);
  EXPECT_EQ(from(1)->rejection(), Rejection::kOverShare);
  EXPECT_EQ(from(2)->rejection(), Rejection::kShed);
}

TEST_F(SharesTest, WhoWaitsTooLongBeyondItsShareIsToldSo) {
  pool_->publish_within_share(1, 0);
  from(1).reset();
  const Request running = from(2);
  pool_->publish_queue(kLongestWait, 10, 1);
  const Request greedy = from(1);
  const Request modest = from(2);
  pass(kLongestWait);
  EXPECT_EQ(greedy->rejection(), Rejection::kOverShare);
  EXPECT_EQ(modest->rejection(), Rejection::kWaitedTooLong);
}

// Until its place goes on: an answer that has begun may last.
TEST_F(SharesTest, EachPartitionIsCountedWithThePlacesItHolds) {
  Request request = from(7);
  const auto totals = [this] { return shards_[0]->partitions().read(7); };
  EXPECT_EQ(totals().held, 1);
  request->permit().responded(Outcome::kSuccess);
  EXPECT_EQ(totals().held, 1);
  request->finish(Outcome::kSuccess);
  EXPECT_EQ(totals().held, 0);
  const Request tunnel = from(7);
  tunnel->permit().step_aside();
  EXPECT_EQ(totals().held, 0);
  tunnel->drop();
  EXPECT_EQ(totals().held, 0);
  EXPECT_EQ(totals().arrived, 2);
  EXPECT_EQ(totals().granted, 2);
  EXPECT_EQ(shards_[0]->partitions().read(8).arrived, 0);
}

// The one in a hundred that the least important priority gets is not the flood's.
TEST_F(SharesTest, TheFloorOfAPriorityIsForWhoIsWithinItsShare) {
  queue_params_.priorities = 2;
  gates_.clear();
  shards_.clear();
  queue_params_.max_waiting = 1000;
  build(1);
  pool_->publish_within_share(cell_of(1, 1), 0);
  from(1).reset();
  std::vector<Request> important;
  for (uint64_t i = 0; i < 2 * Lanes::kFloor; ++i) important.push_back(ask());
  ask(0, {.priority = 1, .partition = 1}).reset();  // what is left of its last share
  const Request greedy = ask(0, {.priority = 1, .partition = 1});
  const Request modest = ask(0, {.priority = 1, .partition = 2});
  for (uint64_t i = 0; i < important.size() && modest->waits(); ++i) {
    important[i]->finish(Outcome::kSuccess);
    settle();
  }
  EXPECT_TRUE(modest->runs());
  EXPECT_TRUE(greedy->waits());
}

}  // namespace
}  // namespace weir::limiters
