#include "limiters/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "limiters/random.h"

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

TEST_F(TimelineTest, AnOverdueActionThatIsCancelledBeforeTheNextRunNeverRuns) {
  auto outer = timeline.after(milliseconds(1), [&] {
    auto cancelled = say("never", milliseconds(0));
    cancelled.cancel();
    EXPECT_FALSE(timeline.next());
  });
  timeline.run_until(start + milliseconds(1));
  auto next = say("next", milliseconds(0));
  timeline.run_until(start + milliseconds(1));
  EXPECT_EQ(said, (std::vector<std::string>{"next"}));
}

TEST_F(TimelineTest, ATimerWhoseActionHasRunDoesNotCancelWhatCameInItsPlace) {
  auto first = say("first", milliseconds(1));
  timeline.run_until(start + milliseconds(1));
  auto second = say("second", milliseconds(1));
  EXPECT_FALSE(first.pending());
  first.cancel();
  EXPECT_TRUE(second.pending());
  timeline.run_until(start + milliseconds(2));
  EXPECT_EQ(said, (std::vector<std::string>{"first", "second"}));
}

TEST_F(TimelineTest, AnActionMayOwnItsOwnTimer) {
  auto owned = std::make_shared<Timeline::Timer>();
  *owned = timeline.after(milliseconds(1), [this, owned] { said.push_back("ran"); });
  owned->cancel();
  EXPECT_EQ(owned.use_count(), 1);
  *owned = timeline.after(milliseconds(1), [this, owned] { said.push_back("ran"); });
  timeline.run_until(start + milliseconds(1));
  EXPECT_EQ(said, (std::vector<std::string>{"ran"}));
  EXPECT_EQ(owned.use_count(), 1);
}

// Against a list that is sorted whole.
TEST_F(TimelineTest, RunsManyThatComeAndGoByChanceInOrder) {
  Random chance(1);
  std::vector<std::pair<TimePoint, int>> expected;
  std::vector<std::pair<int, Timeline::Timer>> timers;
  std::vector<int> ran;
  for (int i = 0; i < 3000; ++i) {
    const Duration after = milliseconds(1 + chance.next() % 50);
    timers.emplace_back(i, timeline.after(after, [&ran, i] { ran.push_back(i); }));
    expected.emplace_back(timeline.now() + after, i);
    if (chance.uniform() < 0.4) {
      const size_t gone = chance.next() % timers.size();
      if (timers[gone].second.pending())
        std::erase_if(expected, [&](const auto& one) { return one.second == timers[gone].first; });
      timers.erase(timers.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    if (chance.uniform() < 0.1) timeline.run_until(timeline.now() + milliseconds(1));
  }
  timeline.run_until(timeline.now() + milliseconds(51));
  std::sort(expected.begin(), expected.end());
  ASSERT_EQ(ran.size(), expected.size());
  for (size_t i = 0; i < ran.size(); ++i) ASSERT_EQ(ran[i], expected[i].second) << i;
  EXPECT_FALSE(timeline.next());
}

}  // namespace
}  // namespace weir::limiters
