#include "proxy/observe/operational_log.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

using std::chrono::seconds;

constexpr limiters::TimePoint kStart{seconds(1000)};

TEST(SeldomTest, SaysEachTextAtOnceAndThenOnlyAfterTheInterval) {
  Seldom seldom(seconds(10));
  EXPECT_EQ(seldom.say("a", kStart), "a");
  EXPECT_EQ(seldom.say("b", kStart), "b");
  EXPECT_EQ(seldom.say("a", kStart + seconds(1)), std::nullopt);
  EXPECT_EQ(seldom.say("a", kStart + seconds(9)), std::nullopt);
  EXPECT_EQ(seldom.say("a", kStart + seconds(10)), "a (and 2 times before)");
  EXPECT_EQ(seldom.say("b", kStart + seconds(10)), "b");
}

TEST(SeldomTest, CountsAnewAfterItHasSpoken) {
  Seldom seldom(seconds(10));
  seldom.say("a", kStart);
  seldom.say("a", kStart + seconds(1));
  seldom.say("a", kStart + seconds(11));
  EXPECT_EQ(seldom.say("a", kStart + seconds(12)), std::nullopt);
  EXPECT_EQ(seldom.say("a", kStart + seconds(21)), "a (and 1 time before)");
}

TEST(SeldomTest, WhatIsHeldBackIsSaidAfterTheIntervalThoughNothingMoreComes) {
  Seldom seldom(seconds(10));
  seldom.say("a", kStart);
  seldom.say("b", kStart);
  for (int i = 0; i < 3; ++i) seldom.say("a", kStart + seconds(1));
  EXPECT_TRUE(seldom.overdue(kStart + seconds(9)).empty());
  EXPECT_EQ(seldom.overdue(kStart + seconds(10)), std::vector<std::string>{"a (3 times more)"});
  EXPECT_TRUE(seldom.overdue(kStart + seconds(30)).empty()) << "said once";
  EXPECT_EQ(seldom.say("a", kStart + seconds(31)), "a");
}

TEST(SeldomTest, AStormThatGoesOnIsSaidOnceInAnInterval) {
  Seldom seldom(seconds(10));
  seldom.say("a", kStart);
  seldom.say("a", kStart + seconds(5));
  EXPECT_EQ(seldom.overdue(kStart + seconds(10)).size(), 1u);
  EXPECT_EQ(seldom.say("a", kStart + seconds(11)), std::nullopt);
  EXPECT_EQ(seldom.overdue(kStart + seconds(20)), std::vector<std::string>{"a (1 time more)"});
}

TEST(SeldomTest, NeverHoldsBackATextItHasNotSaid) {
  Seldom seldom(seconds(10));
  for (int i = 0; i < 1000; ++i) {
    const std::string text = "peer " + std::to_string(i);
    EXPECT_EQ(seldom.say(text, kStart), text);
  }
}

TEST(OperationalLogTest, KnowsFiveLevelsAndNoOther) {
  for (const char* level : {"trace", "debug", "info", "warn", "error"})
    EXPECT_TRUE(set_log_level(level)) << level;
  for (const char* level : {"", "INFO", "off", "warning"})
    EXPECT_FALSE(set_log_level(level)) << level;
}

}  // namespace
}  // namespace weir::observe
