#include "limiters/standing_queue.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

// Looks every 10 ms, three served each, before ten places.
void look(StandingQueue& queue, int times, int waiting, double load = 1.0, double served = 3) {
  for (int i = 0; i < times; ++i) queue.look(served, milliseconds(10), waiting, 10, load);
}

TEST(StandingQueue, StandsWhenItHasNotBeenNearlyEmptyForLong) {
  StandingQueue queue;
  look(queue, 199, 11);
  EXPECT_FALSE(queue.stands());
  look(queue, 1, 11);
  EXPECT_TRUE(queue.stands());
}

TEST(StandingQueue, OneThatComesAndGoesDoesNot) {
  StandingQueue queue;
  for (int i = 0; i < 20; ++i) {
    look(queue, 190, 100);
    look(queue, 1, 10);
  }
  EXPECT_FALSE(queue.stands());
}

TEST(StandingQueue, AFewWhoWaitForLongAreNoQueue) {
  StandingQueue queue;
  look(queue, 400, 20, 1.0, 1);
  EXPECT_FALSE(queue.stands()) << "four hundred";
  look(queue, 100, 20, 1.0, 1);
  EXPECT_TRUE(queue.stands());
}

TEST(StandingQueue, BeforeAServiceThatStandsStillItSaysNothing) {
  StandingQueue queue;
  look(queue, 10000, 50, 1.0, 0);
  EXPECT_FALSE(queue.stands());
}

TEST(StandingQueue, WhereFewerComeThanCanBeDoneItIsABurst) {
  StandingQueue queue;
  look(queue, 1000, 50, 0.97);
  EXPECT_FALSE(queue.stands());
}

TEST(StandingQueue, StandsUntilFewerCome) {
  StandingQueue queue;
  look(queue, 200, 50);
  look(queue, 1000, 0, 0.95);
  EXPECT_TRUE(queue.stands()) << "it was made short";
  look(queue, 1, 0, 0.93);
  EXPECT_FALSE(queue.stands());
}

}  // namespace
}  // namespace weir::limiters
