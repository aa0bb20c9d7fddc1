#include "load-tests/origin/discipline.h"

#include <gtest/gtest.h>

namespace weir::origin {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kStart = TimePoint(std::chrono::seconds(1000));

class SharingTest : public ::testing::Test {
 protected:
  void add(RequestId id, Duration work, Duration at) { shared.add(id, work, kStart + at); }
  void expect_finish(RequestId id, Duration at) {
    ASSERT_TRUE(shared.next_finish());
    const Finished finished = shared.finish_next();
    EXPECT_EQ(finished.id, id);
    EXPECT_NEAR(limiters::to_seconds(finished.at - kStart), limiters::to_seconds(at), 1e-8);
  }
  SharingDiscipline shared{2, 0, kStart};
};

TEST_F(SharingTest, UpToTheWorkersEachHasFullSpeed) {
  add(1, milliseconds(10), milliseconds(0));
  add(2, milliseconds(10), milliseconds(5));
  expect_finish(1, milliseconds(10));
  expect_finish(2, milliseconds(15));
  EXPECT_FALSE(shared.next_finish());
}

TEST_F(SharingTest, AboveThemAllShare) {
  for (RequestId id = 1; id <= 4; ++id) add(id, milliseconds(10), milliseconds(0));
  EXPECT_EQ(shared.in_service(), 4u);
  EXPECT_EQ(shared.waiting(), 2u);
  for (RequestId id = 1; id <= 4; ++id) expect_finish(id, milliseconds(20));
}

TEST_F(SharingTest, OneThatLeavesTheOthersMakesThemFaster) {
  add(1, milliseconds(5), milliseconds(0));
  add(2, milliseconds(10), milliseconds(0));
  add(3, milliseconds(10), milliseconds(0));
  add(4, milliseconds(10), milliseconds(0));
  // At half speed; then three at two thirds: 5 ms of work take 7.5 ms.
  expect_finish(1, milliseconds(10));
  expect_finish(2, Duration(17'500'000));
}

TEST_F(SharingTest, ThrashMakesTheWorkLonger) {
  shared = SharingDiscipline(2, 0.1, kStart);
  for (RequestId id = 1; id <= 4; ++id) add(id, milliseconds(10), milliseconds(0));
  // Half of the speed, and each takes 1 + 0.1 * (4 - 2) as long.
  expect_finish(1, milliseconds(24));
}

TEST_F(SharingTest, FewerWorkersFromSomeMomentOn) {
  add(1, milliseconds(10), milliseconds(0));
  add(2, milliseconds(10), milliseconds(0));
  shared.set_workers(1, kStart + milliseconds(5));
  expect_finish(1, milliseconds(15));
}

TEST_F(SharingTest, WithoutWorkersNothingFinishes) {
  add(1, milliseconds(10), milliseconds(0));
  shared.set_workers(0, kStart);
  EXPECT_FALSE(shared.next_finish());
  shared.set_workers(1, kStart + milliseconds(50));
  expect_finish(1, milliseconds(60));
}

TEST(FifoTest, TheOldestWaitingComesFirst) {
  FifoDiscipline pool(1);
  for (RequestId id = 1; id <= 3; ++id) pool.add(id, milliseconds(10), kStart);
  EXPECT_TRUE(pool.remove_waiting(2));
  EXPECT_FALSE(pool.remove_waiting(1));
  EXPECT_EQ(pool.finish_next().id, 1u);
  const Finished last = pool.finish_next();
  EXPECT_EQ(last.id, 3u);
  EXPECT_EQ(last.at, kStart + milliseconds(20));
}

}  // namespace
}  // namespace weir::origin
