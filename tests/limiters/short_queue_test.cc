#include "limiters/short_queue.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A service of 1,000 requests a second that is asked for 1,500, looked at every 10 ms.
class ShortQueueTest : public ::testing::Test {
 protected:
  void look(double turned_away, double unused) {
    queue_.note({.over = milliseconds(10),
                 .arrived = 15,
                 .turned_away = turned_away,
                 .unused = unused,
                 .per_second = 1000,
                 .longest_wait = milliseconds(300)});
  }
  void busy_for(Duration time) {
    for (; time > Duration(0); time -= milliseconds(10)) look(5, 0);
  }
  // Every 100 ms it stands still for 60, turns away all that comes, and then has places to spare.
  void in_bursts_for(Duration time) {
    for (; time > Duration(0); time -= milliseconds(100)) {
      for (int i = 0; i < 6; ++i) look(15, 0);
      for (int i = 0; i < 4; ++i) look(0, 8);
    }
  }
  ShortQueue queue_;
};

TEST_F(ShortQueueTest, IsLongEnoughWhereNoPlaceStandsEmpty) {
  busy_for(seconds(60));
  EXPECT_EQ(queue_.longer(), 0);
}

TEST_F(ShortQueueTest, IsLongEnoughWhereNobodyIsTurnedAway) {
  for (int i = 0; i < 6000; ++i) look(0, 5);
  EXPECT_EQ(queue_.longer(), 0);
}

TEST_F(ShortQueueTest, IsTooShortWherePlacesStandEmptySoonAfterOthersWereTurnedAway) {
  in_bursts_for(seconds(2));
  const double soon = queue_.longer();
  EXPECT_GT(soon, 0.05);
  in_bursts_for(seconds(20));
  EXPECT_GT(queue_.longer(), soon);
  in_bursts_for(seconds(60));
  EXPECT_EQ(queue_.longer(), 1) << "there is no more than all";
}

TEST_F(ShortQueueTest, IsNotTooShortForThoseWhoCameLongerAgoThanAnybodyMayWait) {
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 50; ++j) look(15, 0);
    for (int j = 0; j < 300; ++j) look(0, 0);  // ten times the longest wait
    for (int j = 0; j < 50; ++j) look(0, 8);
  }
  EXPECT_EQ(queue_.longer(), 0);
}

TEST_F(ShortQueueTest, AFewAreLostByChance) {
  for (int i = 0; i < 6000; ++i) look(5, i % 10 == 0 ? 2 : 0);  // 1.3 % of those who come
  EXPECT_EQ(queue_.longer(), 0);
}

TEST_F(ShortQueueTest, OneOfAFewWhoComeIsChance) {
  for (int i = 0; i < 100; ++i)
    queue_.note({.over = seconds(1),
                 .arrived = 1,
                 .turned_away = i == 50 ? 1.0 : 0.0,
                 .unused = 0.5,
                 .per_second = 1,
                 .longest_wait = seconds(5)});
  EXPECT_LT(queue_.longer(), 0.01);
}

TEST_F(ShortQueueTest, WhereNobodyComesItForgetsAsSoon) {
  in_bursts_for(seconds(2));
  const auto silent_for = [this](int looks) {
    for (int i = 0; i < looks; ++i)
      queue_.note({.over = milliseconds(10),
                   .unused = 10,
                   .per_second = 1000,
                   .longest_wait = milliseconds(300)});
  };
  silent_for(1000);
  EXPECT_LT(queue_.longer(), 0.6) << "what happened lately counts for some seconds";
  silent_for(6000);
  EXPECT_EQ(queue_.longer(), 0);
}

TEST_F(ShortQueueTest, ForgetsWithinAMinute) {
  in_bursts_for(seconds(60));
  busy_for(seconds(30));
  EXPECT_NEAR(queue_.longer(), 0.5, 0.1);
  busy_for(seconds(35));
  EXPECT_EQ(queue_.longer(), 0);
}

}  // namespace
}  // namespace weir::limiters
