#include "proxy/loop/deadline.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::loop {
namespace {

using limiters::TimePoint;
using std::chrono::milliseconds;

class DeadlineTest : public ::testing::Test, private DeadlineEvents {
 protected:
  void reach(int ms) { timeline.run_until(start + milliseconds(ms)); }
  const TimePoint start{};
  limiters::Timeline timeline{start};
  std::vector<TimePoint> missed;
  Deadline deadline{timeline, *this};

 private:
  void on_missed() override { missed.push_back(timeline.now()); }
};

TEST_F(DeadlineTest, IsMissedOnceAtItsTime) {
  deadline.set(start + milliseconds(5));
  reach(4);
  EXPECT_TRUE(missed.empty());
  reach(20);
  EXPECT_EQ(missed, (std::vector<TimePoint>{start + milliseconds(5)}));
}

TEST_F(DeadlineTest, MovedLaterIsMissedLater) {
  deadline.set(start + milliseconds(5));
  reach(4);
  deadline.set(start + milliseconds(9));
  reach(8);
  EXPECT_TRUE(missed.empty());
  reach(9);
  EXPECT_EQ(missed, (std::vector<TimePoint>{start + milliseconds(9)}));
}

TEST_F(DeadlineTest, MovedEarlierIsMissedEarlier) {
  deadline.set(start + milliseconds(50));
  deadline.set(start + milliseconds(3));
  reach(60);
  EXPECT_EQ(missed, (std::vector<TimePoint>{start + milliseconds(3)}));
}

TEST_F(DeadlineTest, TakenAwayIsNeverMissed) {
  deadline.set(start + milliseconds(5));
  deadline.set(Deadline::kNever);
  reach(10);
  EXPECT_TRUE(missed.empty());
}

TEST_F(DeadlineTest, CanBeSetAgainAfterItWasMissed) {
  deadline.set(start + milliseconds(1));
  reach(2);
  deadline.set(start + milliseconds(4));
  reach(5);
  EXPECT_EQ(missed, (std::vector<TimePoint>{start + milliseconds(1), start + milliseconds(4)}));
}

}  // namespace
}  // namespace weir::loop
