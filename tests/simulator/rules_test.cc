#include <gtest/gtest.h>

#include "load-tests/simulator/rivals/breakwater_credits.h"
#include "load-tests/simulator/rivals/cinnamon_tuner.h"

// The rules that are restated from papers and articles: there is no original to ask, so they are
// held to their formulas.
namespace weir::simulator::rivals {
namespace {

using std::chrono::milliseconds;

// So many requests, one each `gap`, each of the same latency.
class Caller {
 public:
  explicit Caller(Rule& rule) : rule_(rule) {}
  void run(int count, milliseconds gap, milliseconds latency, int in_flight,
           Outcome outcome = Outcome::kSuccess) {
    for (int i = 0; i < count; ++i) {
      now_ += gap;
      rule_.on_finished({now_ - latency, now_, now_, in_flight, outcome}, in_flight);
    }
  }

 private:
  Rule& rule_;
  TimePoint now_{};
};

TEST(BreakwaterCredits, OneMoreForEachRoundWhileTheDelayIsBelowItsBound) {
  BreakwaterCredits rule;
  Caller caller(rule);
  caller.run(5, milliseconds(10), milliseconds(10), 1);
  EXPECT_EQ(rule.limit(), 25);
  caller.run(1, milliseconds(10), milliseconds(89), 1);
  EXPECT_EQ(rule.limit(), 26);
}

TEST(BreakwaterCredits, ShrinkByWhatTheDelayIsAboveItsBound) {
  BreakwaterCredits rule;
  Caller caller(rule);
  caller.run(1, milliseconds(10), milliseconds(10), 1);
  caller.run(1, milliseconds(10), milliseconds(170), 1);  // twice the bound beyond the least
  EXPECT_DOUBLE_EQ(rule.limit(), 21 * (1 - 0.02));
  caller.run(1, milliseconds(200), milliseconds(10000), 1);
  EXPECT_DOUBLE_EQ(rule.limit(), 21 * (1 - 0.02) * 0.5);
}

// A window: a second and 50 samples.
class CinnamonTest : public ::testing::Test {
 protected:
  void windows(int count, milliseconds latency, int in_flight, milliseconds gap) {
    for (int i = 0; i < count; ++i) {
      const auto samples = static_cast<int>(milliseconds(1000) / gap);
      caller_.run(samples, gap, latency, in_flight);
    }
  }
  CinnamonTuner rule_;
  Caller caller_{rule_};
};

TEST_F(CinnamonTest, GrowsWhileInUseAndNoQueueIsSeen) {
  windows(3, milliseconds(100), 20, milliseconds(10));
  EXPECT_GE(rule_.limit(), 22);
  const double reached = rule_.limit();
  windows(3, milliseconds(100), 5, milliseconds(10));
  EXPECT_EQ(rule_.limit(), reached);
}

TEST_F(CinnamonTest, FallsWhileTheQueueIsLong) {
  windows(2, milliseconds(100), 20, milliseconds(10));
  const double reached = rule_.limit();
  windows(5, milliseconds(300), 20, milliseconds(10));
  EXPECT_LT(rule_.limit(), reached - 3);
}

// More in flight and less done: the target falls, so the same latency becomes a queue.
TEST_F(CinnamonTest, ATargetThatWasTakenUnderOverloadIsLoweredAtItsReset) {
  for (int i = 0; i < 15; ++i) {
    windows(1, milliseconds(100), 20, milliseconds(10));
    windows(1, milliseconds(100), 40, milliseconds(20));
  }
  const double reached = rule_.limit();
  windows(10, milliseconds(100), 40, milliseconds(20));
  EXPECT_LT(rule_.limit(), reached);
}

}  // namespace
}  // namespace weir::simulator::rivals
