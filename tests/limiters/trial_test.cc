#include "limiters/trial.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using Verdict = Trial::Verdict;

constexpr double kSpread = 1;  // as of exponential times

Trial trial_of(Trial::Kind kind, double in_flight = 20, double seconds = 0.020) {
  return {.kind = kind, .from = in_flight, .before = Level::of(seconds, in_flight, 200)};
}

TEST(Trial, LatencyThatFallsWithTheLimitIsAQueue) {
  const Trial cut = trial_of(Trial::Kind::kCut);
  EXPECT_EQ(cut.judge(Level::of(0.010, 10, 200), kSpread), Verdict::kQueueing);
  EXPECT_EQ(cut.judge(Level::of(0.020, 10, 200), kSpread), Verdict::kNotQueueing);
}

TEST(Trial, LatencyThatRisesWithTheLimitIsAQueue) {
  const Trial more = trial_of(Trial::Kind::kMore);
  EXPECT_EQ(more.judge(Level::of(0.040, 40, 200), kSpread), Verdict::kQueueing);
  EXPECT_EQ(more.judge(Level::of(0.020, 40, 200), kSpread), Verdict::kNotQueueing);
}

TEST(Trial, FewSamplesAreWaitedForAndManyDecide) {
  const Trial cut = trial_of(Trial::Kind::kCut);
  EXPECT_EQ(cut.judge(Level::of(0.0139, 10, 20), kSpread), Verdict::kWait);
  EXPECT_EQ(cut.judge(Level::of(0.0139, 10, 249), kSpread), Verdict::kWait);
  EXPECT_EQ(cut.judge(Level::of(0.0139, 10, 250), kSpread), Verdict::kQueueing);
}

TEST(Trial, AShallowCutIsToldByFurtherCutsOrNotAtAll) {
  const Trial cut = trial_of(Trial::Kind::kCut);
  EXPECT_EQ(cut.judge(Level::of(0.018, 18, 100), kSpread), Verdict::kNone);
  EXPECT_EQ(cut.judge(Level::of(0.018, 18, 250), kSpread), Verdict::kTooShallow);
}

Trial doubtful_trial() {
  Trial more = trial_of(Trial::Kind::kMore);
  more.in_doubt = true;
  return more;
}

TEST(Trial, InDoubtAQueueThatOthersFillAsWellIsSeen) {
  constexpr double kEven = 0.1;
  const Trial more = doubtful_trial();
  // One of four proxies doubles what it has inside, so that all together have a quarter more.
  EXPECT_EQ(more.judge(Level::of(0.025, 40, 250), kEven), Verdict::kQueueing);
  EXPECT_EQ(more.judge(Level::of(0.0205, 40, 250), kEven), Verdict::kNotQueueing);
  EXPECT_EQ(trial_of(Trial::Kind::kMore).judge(Level::of(0.025, 40, 250), kEven),
            Verdict::kNotQueueing);
}

TEST(Trial, InDoubtWhatMayBeAQueueIsOne) {
  const Trial more = doubtful_trial();
  EXPECT_EQ(more.judge(Level::of(0.022, 40, 250), kSpread), Verdict::kNotQueueing);
  EXPECT_EQ(more.judge(Level::of(0.022, 40, 250), 3 * kSpread), Verdict::kQueueing);
}

TEST(Trial, InDoubtNoQueueIsSeenByManySamplesOnly) {
  const Trial more = doubtful_trial();
  EXPECT_EQ(more.judge(Level::of(0.080, 40, 39), kSpread), Verdict::kWait);
  EXPECT_EQ(more.judge(Level::of(0.080, 40, 40), kSpread), Verdict::kQueueing);
  EXPECT_EQ(more.judge(Level::of(0.020, 40, 249), kSpread), Verdict::kWait);
  EXPECT_EQ(more.judge(Level::of(0.020, 40, 250), kSpread), Verdict::kNotQueueing);
}

}  // namespace
}  // namespace weir::limiters
