#include "load-tests/simulator/codel_gate.h"

#include <gtest/gtest.h>

namespace weir::simulator {
namespace {

using std::chrono::milliseconds;

TimePoint at(int now) { return TimePoint{} + milliseconds(now); }

TEST(Codel, ShedsWhoWaitedLongAfterAnIntervalInWhichAllWaited) {
  Codel codel;
  EXPECT_FALSE(codel.sheds(at(1), milliseconds(3))) << "the first of all";
  EXPECT_FALSE(codel.sheds(at(2), milliseconds(50))) << "the first of an interval";
  EXPECT_FALSE(codel.sheds(at(102), milliseconds(50))) << "its least is not judged before its end";
  EXPECT_FALSE(codel.sheds(at(103), milliseconds(50))) << "the first of the next";
  EXPECT_TRUE(codel.sheds(at(104), milliseconds(11)));
  EXPECT_FALSE(codel.sheds(at(105), milliseconds(10))) << "twice the target is not above it";
}

TEST(Codel, OneWhoHardlyWaitedEndsIt) {
  Codel codel;
  codel.sheds(at(1), milliseconds(50));
  codel.sheds(at(102), milliseconds(50));
  EXPECT_TRUE(codel.sheds(at(103), milliseconds(50)));
  EXPECT_FALSE(codel.sheds(at(104), milliseconds(5)));
  EXPECT_TRUE(codel.sheds(at(202), milliseconds(50))) << "until the end of the interval";
  EXPECT_FALSE(codel.sheds(at(203), milliseconds(50)));
  EXPECT_FALSE(codel.sheds(at(204), milliseconds(50)));
}

}  // namespace
}  // namespace weir::simulator
