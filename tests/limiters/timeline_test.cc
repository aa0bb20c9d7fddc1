#include "limiters/timeline.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

class TimelineTest : public ::testing::Test {
 protected:
  [[nodiscard]] Timeline::Timer say(const std::string& word, Duration after) {
    return timeline.after(after, [this, word] { said.push_back(word); });
  }
  const TimePoint start{};
  Timeline timeline{start};
  std::vector<std::string> said;
};

TEST_F(TimelineTest, RunsActionsInOrderOfTimeThenOfInsertion) {
  auto late = say("late", milliseconds(2));
  auto first = say("first", milliseconds(1));
  auto second = say("second", milliseconds(1));
  timeline.run_until(start + milliseconds(1));
  EXPECT_EQ(said, (std::vector<std::string>{"first", "second"}));
  timeline.run_until(start + milliseconds(2));
  EXPECT_EQ(said.back(), "late");
}

TEST_F(TimelineTest, ActionSeesItsOwnTime) {
  TimePoint seen;
  auto timer = timeline.after(milliseconds(3), [&] { seen = timeline.now(); });
  timeline.run_until(start + milliseconds(9));
  EXPECT_EQ(seen, start + milliseconds(3));
  EXPECT_EQ(timeline.now(), start + milliseconds(9));
}

TEST_F(TimelineTest, DestroyingTheTimerCancelsTheAction) {
  {
    auto timer = say("never", milliseconds(1));
    EXPECT_TRUE(timer.pending());
  }
  timeline.run_until(start + milliseconds(5));
  EXPECT_TRUE(said.empty());
  EXPECT_FALSE(timeline.next());
}

TEST_F(TimelineTest, OverdueActionAddedDuringARunWaitsForTheNextRun) {
  Timeline::Timer inner;
  auto outer = timeline.after(milliseconds(1), [&] { inner = say("inner", milliseconds(0)); });
  timeline.run_until(start + milliseconds(1));
  EXPECT_TRUE(said.empty());
  EXPECT_EQ(timeline.next(), start + milliseconds(1));
  timeline.run_until(start + milliseconds(1));
  EXPECT_EQ(said, (std::vector<std::string>{"inner"}));
}

TEST_F(TimelineTest, TimeNeverGoesBack) {
  timeline.run_until(start + milliseconds(5));
  timeline.run_until(start + milliseconds(2));
  EXPECT_EQ(timeline.now(), start + milliseconds(5));
}

TEST_F(TimelineTest, MovedTimerStillCancels) {
  auto timer = say("never", milliseconds(1));
  Timeline::Timer other = std::move(timer);
  EXPECT_TRUE(other.pending());
  other = Timeline::Timer();
  timeline.run_until(start + milliseconds(5));
  EXPECT_TRUE(said.empty());
}

}  // namespace
}  // namespace weir::limiters
