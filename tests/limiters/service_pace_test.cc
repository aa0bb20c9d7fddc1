#include "limiters/service_pace.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A second in which so many were answered so, by a service whose places were all in use.
Window second_of(double answers, Outcome outcome = Outcome::kSuccess) {
  Window window;
  window.closed = window.opened + seconds(1);
  window.answered[static_cast<size_t>(outcome)] = answers;
  window.levels[level_of(5)] = Level::of(0.010, 5, answers);
  window.limited = true;
  window.looks = 100;
  return window;
}

class ServicePaceTest : public ::testing::Test {
 protected:
  double per_second_after(const Window& window, int times = 1) {
    for (int i = 0; i < times; ++i) pace_.note(window, seconds(2));
    return pace_.per_second();
  }
  ServicePace pace_;
};

TEST_F(ServicePaceTest, IsNotKnownBeforeTheFirstWindow) {
  EXPECT_EQ(pace_.per_second(), 0);
  EXPECT_EQ(pace_.lasting_per_second(), 0);
  EXPECT_EQ(pace_.spread(), 1);
}

TEST_F(ServicePaceTest, IsWhatWasDoneAndWhatFailsIsWorkToo) {
  for (const Outcome outcome : {Outcome::kSuccess, Outcome::kFailure, Outcome::kOverQuota}) {
    pace_ = {};
    EXPECT_DOUBLE_EQ(per_second_after(second_of(100, outcome)), 100);
    EXPECT_DOUBLE_EQ(pace_.lasting_per_second(), 100);
  }
  for (const Outcome outcome : {Outcome::kOverload, Outcome::kAbandoned, Outcome::kTimedOut}) {
    pace_ = {};
    EXPECT_EQ(per_second_after(second_of(100, outcome)), 0);
  }
}

TEST_F(ServicePaceTest, AnAnswerThatBreaksOffIsWorkOnce) {
  Window window = second_of(100);
  window.answered[static_cast<size_t>(Outcome::kFailure)] = 40;
  window.broken_off = 30;
  EXPECT_DOUBLE_EQ(per_second_after(window), 110);
}

TEST_F(ServicePaceTest, BelievesMoreByHalfAndLessByAQuarter) {
  per_second_after(second_of(100));
  EXPECT_DOUBLE_EQ(per_second_after(second_of(200)), 150);
  EXPECT_DOUBLE_EQ(per_second_after(second_of(50)), 125);
}

TEST_F(ServicePaceTest, LessShowsOnlyWhileItIsAskedFor) {
  per_second_after(second_of(100));
  Window idle = second_of(10);
  idle.limited = false;
  EXPECT_DOUBLE_EQ(per_second_after(idle, 10), 100);
  EXPECT_DOUBLE_EQ(pace_.lasting_per_second(), 100);
}

TEST_F(ServicePaceTest, EmptyPlacesWouldHaveDoneAsMuchAsTheOthers) {
  Window half = second_of(100);
  half.in_use = 0.5;
  EXPECT_NEAR(per_second_after(half, 50), 200, 1);
  Window few = half;
  few.in_use = 0.05;
  pace_ = {};
  EXPECT_NEAR(per_second_after(few, 50), 100 / 0.3, 1) << "too few to judge the others by";
}

TEST_F(ServicePaceTest, APauseSaysNothing) {
  Window paused = second_of(50);
  paused.stalled = milliseconds(500);
  EXPECT_DOUBLE_EQ(per_second_after(paused), 100);
  paused.stalled = milliseconds(995);
  EXPECT_DOUBLE_EQ(per_second_after(paused), 100) << "nearly all of it was one";
}

TEST_F(ServicePaceTest, WithItsPausesItDoesLess) {
  EXPECT_EQ(pace_.with_pauses(), 0) << "not known";
  Window paused = second_of(50);
  paused.stalled = milliseconds(500);
  per_second_after(paused, 60);
  EXPECT_DOUBLE_EQ(pace_.per_second(), 100);
  EXPECT_GT(pace_.with_pauses(), 50);
  EXPECT_LT(pace_.with_pauses(), 60);
}

TEST_F(ServicePaceTest, WhileItIsNotAskedForAllItCouldHaveDoneAllOfIt) {
  per_second_after(second_of(100));
  Window idle = second_of(10);
  idle.limited = false;
  Window silent = second_of(0);
  silent.stalled = seconds(1);
  for (int i = 0; i < 60; ++i) {
    per_second_after(silent);
    per_second_after(idle, 3);
  }
  EXPECT_GT(pace_.with_pauses(), 75) << "one second in four";
  EXPECT_LT(pace_.with_pauses(), 100);
}

TEST_F(ServicePaceTest, AServiceWithoutPausesIsKnownByWhatItDoesOfLate) {
  per_second_after(second_of(100), 60);
  per_second_after(second_of(400), 3);
  EXPECT_GT(pace_.with_pauses(), 250) << "it has become wider";
}

TEST_F(ServicePaceTest, SpreadIsThatOfFiftyLatenciesAtLeast) {
  Window window = second_of(49);
  window.levels[level_of(5)].blur(4);
  per_second_after(window);
  EXPECT_EQ(pace_.spread(), 1);
  per_second_after(window);
  EXPECT_NEAR(pace_.spread(), 2, 1e-9);
}

TEST_F(ServicePaceTest, TheSlowerAndTheMoreUnevenTheLongerItIsQuietByChance) {
  const Duration baseline = milliseconds(10);
  per_second_after(second_of(100));
  EXPECT_EQ(pace_.quiet_by_chance(baseline), milliseconds(400 + 50));
  Window uneven = second_of(100);
  uneven.levels[level_of(5)].blur(9);
  per_second_after(uneven, 20);
  EXPECT_GT(pace_.quiet_by_chance(baseline), milliseconds(400 + 100));
}

}  // namespace
}  // namespace weir::limiters
