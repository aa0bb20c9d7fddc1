#include "limiters/permit_pool.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include "limiters/random.h"
#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

TEST(PermitPool, TakesUpToTheLimitAndSaysHowManyThereAre) {
  PermitPool pool(1, 2, 0);
  EXPECT_EQ(pool.take(), 1);
  EXPECT_EQ(pool.take(), 2);
  EXPECT_EQ(pool.take(), std::nullopt);
  pool.give_back();
  EXPECT_EQ(pool.take(), 2);
}

TEST(PermitPool, ALowerLimitTakesNothingBack) {
  PermitPool pool(1, 2, 0);
  ASSERT_TRUE(pool.take() && pool.take());
  pool.publish_limit(1);
  EXPECT_EQ(pool.in_flight(), 2);
  pool.give_back();
  EXPECT_EQ(pool.take(), std::nullopt);
}

TEST(PermitPool, WhoTakesAnywayIsCounted) {
  PermitPool pool(1, 1, 0);
  ASSERT_TRUE(pool.take());
  EXPECT_EQ(pool.take_anyway(), 2);
  EXPECT_EQ(pool.in_flight(), 2);
}

TEST(PermitPool, WaitersAreBoundedForTheWholeProcess) {
  PermitPool pool(2, 1, 2);
  EXPECT_TRUE(pool.join(0));
  EXPECT_TRUE(pool.join(1));
  EXPECT_FALSE(pool.join(0));
  pool.leave(1);
  EXPECT_TRUE(pool.join(0));
  EXPECT_EQ(pool.waiting(), 2);
}

TEST(PermitPool, TheNextGateOfTheRingIsWokenAndTheOwnComesLast) {
  PermitPool pool(3, 1, 9);
  EXPECT_EQ(pool.gate_to_wake(0), std::nullopt);
  ASSERT_TRUE(pool.join(0));
  EXPECT_EQ(pool.gate_to_wake(0), 0);
  ASSERT_TRUE(pool.join(2));
  EXPECT_EQ(pool.gate_to_wake(0), 2);
  EXPECT_EQ(pool.gate_to_wake(2), 0);
}

TEST(PermitPool, TheGateWithTheMostImportantWaitersIsWokenFirst) {
  PermitPool pool(3, 1, 9);
  ASSERT_TRUE(pool.join(1, 2));
  ASSERT_TRUE(pool.join(2, 1));
  EXPECT_EQ(pool.gate_to_wake(0), 2);
  EXPECT_EQ(pool.gate_to_wake(0, 1), std::nullopt) << "nobody is more important than that";
  EXPECT_EQ(pool.gate_to_wake(0, 2), 2);
  pool.leave(2, 1);
  EXPECT_EQ(pool.gate_to_wake(0), 1);
  EXPECT_EQ(pool.waiting(2), 1);
}

TEST(PermitPool, ThePeakIsOfTheTimeSinceItWasTaken) {
  PermitPool pool(1, 3, 0);
  ASSERT_TRUE(pool.take() && pool.take());
  pool.give_back();
  EXPECT_EQ(pool.take_peak(), 2);
  EXPECT_EQ(pool.take_peak(), 1);
}

TEST(PermitPool, WhoReturnsWaitsAsWellAndInNobodysWay) {
  PermitPool pool(2, 1, 9);
  ASSERT_TRUE(pool.join(0, 2));
  pool.join_again(1, 2);
  EXPECT_EQ(pool.waiting(2), 1);
  EXPECT_EQ(pool.all_waiting(2), 2);
  EXPECT_EQ(pool.all_waiting(1), 0);
}

TEST(PermitPool, ThePeakAtTheServiceIsKeptUntilItIsTakenAndLeavesOutWhatIsHeld) {
  PermitPool pool(1, 5, 0);
  ASSERT_TRUE(pool.take() && pool.take());
  pool.note_held(2);
  ASSERT_TRUE(pool.take());
  EXPECT_EQ(pool.at_service(), 1);
  EXPECT_EQ(pool.take_peak(), 3) << "all places";
  EXPECT_EQ(pool.take_peak_at_service(), 2) << "before they were held";
  EXPECT_EQ(pool.peak_at_service(), 1);
  ASSERT_TRUE(pool.take());
  pool.give_back();
  EXPECT_EQ(pool.peak_at_service(), 2);
}

TEST(PermitPool, TheQueueStandsWhileItsLengthIsBounded) {
  PermitPool pool(1, 1, 0);
  EXPECT_FALSE(pool.standing());
  pool.publish_queue(milliseconds(20), 3);
  EXPECT_TRUE(pool.standing());
  EXPECT_EQ(pool.longest_wait(), milliseconds(20));
  EXPECT_EQ(pool.most_waiting(), 3);
}

TEST(PermitPool, TheLeastImportantWhoAreWithinTheirSharesComeBeforeTheOthers) {
  PermitPool pool(3, 1, 9, 2 * kPartitions);
  ASSERT_TRUE(pool.join(0, 1));
  ASSERT_TRUE(pool.join(1, 3));
  EXPECT_EQ(pool.gate_of_least(2), 1);
  ASSERT_TRUE(pool.join(2, 2));
  EXPECT_EQ(pool.gate_of_least(1), 2);
}

}  // namespace
}  // namespace weir::limiters
