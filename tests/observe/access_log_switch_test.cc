#include "proxy/observe/access_log_switch.h"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::observe {
namespace {

using std::chrono::seconds;
using Result = AccessLogSwitch::Result;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// With a path that is opened when the test says so, in virtual time.
class AccessLogSwitchTest : public ::testing::Test {
 protected:
  void configure(AccessLogMode mode) {
    log.set_mode(mode);
    logged = std::make_unique<AccessLogSwitch>(
        log, timeline,
        [this](const AccessLogSwitch::Opened& opened) { openings.push_back(opened); });
  }
  void change(AccessLogMode mode, std::optional<seconds> lasts = {}) {
    logged->change({.mode = mode, .lasts = lasts, .by = "a test"},
                   [this](AccessLogSwitch::Result result, const std::string& why) {
                     results.push_back(result);
                     told.push_back(why);
                   });
  }
  void open(const std::string& error = {}) { openings.back()(error); }
  void pass(seconds time) { timeline.run_until(timeline.now() + time); }

  limiters::Timeline timeline{limiters::TimePoint(std::chrono::hours(1))};
  AccessLog log{AccessLogMode::kOff, "/the/log", [](const std::string&) {}};
  std::vector<AccessLogSwitch::Opened> openings;
  std::vector<AccessLogSwitch::Result> results;
  std::vector<std::string> told;
  std::unique_ptr<AccessLogSwitch> logged;
};

TEST_F(AccessLogSwitchTest, ALogThatIsOpenChangesAtOnceAndForGood) {
  configure(AccessLogMode::kErrors);
  EXPECT_EQ(logged->in_force(), nullptr) << "what is configured is in force";
  change(AccessLogMode::kAll);
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
  EXPECT_THAT(told, ElementsAre(""));
  EXPECT_THAT(openings, IsEmpty());
  pass(seconds(1'000'000));
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
  ASSERT_NE(logged->in_force(), nullptr);
  EXPECT_EQ(logged->in_force()->by, "a test");
  EXPECT_FALSE(logged->left());
}

TEST_F(AccessLogSwitchTest, AChangeForAWhileEndsByItself) {
  configure(AccessLogMode::kErrors);
  change(AccessLogMode::kOff, seconds(300));
  pass(seconds(299));
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
  EXPECT_EQ(logged->left(), limiters::Duration(seconds(1)));
  pass(seconds(1));
  EXPECT_EQ(log.mode(), AccessLogMode::kErrors);
  EXPECT_EQ(logged->in_force(), nullptr);
  EXPECT_FALSE(logged->left());
}

TEST_F(AccessLogSwitchTest, TheLastChangeSaysForHowLong) {
  configure(AccessLogMode::kErrors);
  change(AccessLogMode::kAll, seconds(10));
  pass(seconds(5));
  change(AccessLogMode::kAll, seconds(10));
  pass(seconds(9));
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
  change(AccessLogMode::kAll);
  pass(seconds(100));
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
}

TEST_F(AccessLogSwitchTest, WhatIsConfiguredIsNoChange) {
  configure(AccessLogMode::kErrors);
  change(AccessLogMode::kAll, seconds(10));
  change(AccessLogMode::kErrors, seconds(10));
  EXPECT_EQ(log.mode(), AccessLogMode::kErrors);
  EXPECT_EQ(logged->in_force(), nullptr);
  EXPECT_FALSE(logged->left()) << "there is nothing to go back from";
}

TEST_F(AccessLogSwitchTest, ALogThatWasOffIsOpenedOnceAndNothingIsLoggedBefore) {
  configure(AccessLogMode::kOff);
  change(AccessLogMode::kAll, seconds(10));
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
  EXPECT_THAT(told, IsEmpty());
  pass(seconds(4));
  open();
  EXPECT_THAT(told, ElementsAre(""));
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
  pass(seconds(9));
  EXPECT_EQ(log.mode(), AccessLogMode::kAll) << "it lasts from when it is in force";
  pass(seconds(1));
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
  change(AccessLogMode::kErrors);
  EXPECT_EQ(log.mode(), AccessLogMode::kErrors);
  EXPECT_EQ(openings.size(), 1U) << "it is open since";
}

TEST_F(AccessLogSwitchTest, APathThatCannotBeOpenedChangesNothingAndIsTriedAgain) {
  configure(AccessLogMode::kOff);
  change(AccessLogMode::kAll);
  open("no such folder");
  EXPECT_THAT(told, ElementsAre("no such folder"));
  EXPECT_THAT(results, ElementsAre(Result::kCannotOpen));
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
  EXPECT_EQ(logged->in_force(), nullptr);
  change(AccessLogMode::kAll);
  open();
  EXPECT_EQ(log.mode(), AccessLogMode::kAll);
}

TEST_F(AccessLogSwitchTest, APathThatTakesTooLongIsGivenUp) {
  configure(AccessLogMode::kOff);
  change(AccessLogMode::kAll);
  pass(AccessLogSwitch::kPatience);
  EXPECT_THAT(told, ElementsAre("cannot open the access log /the/log: not within 5 s"));
  open();
  EXPECT_EQ(log.mode(), AccessLogMode::kOff) << "nobody waits for it any more";
  change(AccessLogMode::kAll);
  EXPECT_EQ(log.mode(), AccessLogMode::kAll) << "but it is open";
  EXPECT_EQ(openings.size(), 1U);
}

TEST_F(AccessLogSwitchTest, WhoIsForgottenIsNotTold) {
  configure(AccessLogMode::kOff);
  change(AccessLogMode::kAll);
  logged->forget();
  pass(AccessLogSwitch::kPatience);
  open();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
}

TEST_F(AccessLogSwitchTest, TheLastOfTwoThatWaitForThePathCounts) {
  configure(AccessLogMode::kOff);
  change(AccessLogMode::kAll);
  change(AccessLogMode::kErrors);
  EXPECT_THAT(told, ElementsAre("nothing done: a later change counts (mode errors, by a test)"));
  EXPECT_EQ(openings.size(), 1U) << "once is enough";
  open();
  EXPECT_EQ(log.mode(), AccessLogMode::kErrors);
  EXPECT_THAT(results, ElementsAre(Result::kOvertaken, Result::kDone));
}

TEST_F(AccessLogSwitchTest, OffIsInForceAtOnceWhateverWaitsForThePath) {
  configure(AccessLogMode::kOff);
  change(AccessLogMode::kAll);
  change(AccessLogMode::kOff);
  EXPECT_EQ(told.size(), 2U);
  open();
  EXPECT_EQ(log.mode(), AccessLogMode::kOff);
}

}  // namespace
}  // namespace weir::observe
