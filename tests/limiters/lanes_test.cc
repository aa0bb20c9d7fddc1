#include "limiters/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/limiters/gate_fixture.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;

// Three priorities at one gate of one place, which is taken.
class LanesTest : public GateTest {
 protected:
  LanesTest() {
    queue_params_.priorities = 3;
    build(1);
    for (size_t i = 0; i < 3; ++i)
      pool_->publish_queue(kLongestWait, std::numeric_limits<int>::max(), i);
    running_ = ask();
  }
  Request ask_with(uint8_t priority) { return ask(0, {.priority = priority}); }
  // Whoever runs is done; the next one runs.
  void next(const Request& after) {
    after->finish(Outcome::kSuccess);
    settle();
  }

  Request running_;
};

TEST_F(LanesTest, TheMostImportantRunsFirstWhoeverCameFirst) {
  const Request last = ask_with(2), middle = ask_with(1), first = ask_with(0), second = ask_with(0);
  next(running_);
  EXPECT_TRUE(first->runs());
  next(first);
  EXPECT_TRUE(second->runs());
  next(second);
  EXPECT_TRUE(middle->runs());
  next(middle);
  EXPECT_TRUE(last->runs());
}

TEST_F(LanesTest, WhoReturnsTakesTurnsWithThoseWhoAreAsImportant) {
  const Request uploads = ask_with(1);
  next(running_);
  ASSERT_TRUE(uploads->runs());
  uploads->permit().step_aside();
  const Request other = ask_with(1);
  ASSERT_TRUE(other->runs());
  const Request older = ask_with(1), more = ask_with(0), less = ask_with(2);
  uploads->come_back(gate(), {.priority = 1});
  next(other);
  EXPECT_TRUE(more->runs());
  next(more);
  EXPECT_TRUE(uploads->runs());
  EXPECT_FALSE(uploads->permit().aside());
  EXPECT_FALSE(older->runs());
  next(uploads);
  EXPECT_TRUE(older->runs());
  EXPECT_TRUE(less->waits());
}

TEST_F(LanesTest, OneInTenPlacesIsForThoseWhoReturnHoweverImportantOthersAre) {
  std::vector<Request> uploads;
  next(running_);
  for (int i = 0; i < 3; ++i) {
    uploads.push_back(ask_with(2));
    uploads.back()->permit().step_aside();
  }
  Request runs = ask_with(2);
  for (const Request& upload : uploads) upload->come_back(gate(), {.priority = 2});
  std::vector<Request> important;
  for (int i = 0; i < 30; ++i) important.push_back(ask_with(0));
  const auto next_of = [](std::vector<Request>& all) {
    return std::ranges::find_if(all, [](const Request& one) { return one && one->runs(); });
  };
  for (int i = 0; i < 30; ++i) {
    next(runs);
    const auto one = next_of(important);
    runs = std::move(one != important.end() ? *one : *next_of(uploads));
  }
  EXPECT_EQ(std::ranges::count_if(uploads, [](const Request& one) { return one == nullptr; }), 3);
}

TEST_F(LanesTest, WhoReturnsIsInNobodysWayInTheQueue) {
  std::vector<Request> uploads;
  next(running_);
  for (int i = 0; i < 10; ++i) {
    uploads.push_back(ask_with(1));
    uploads.back()->permit().step_aside();
  }
  const Request busy = ask_with(1);
  for (const Request& upload : uploads) upload->come_back(gate(), {.priority = 1});
  pool_->publish_queue(kLongestWait, 2, 1);
  const Request one = ask_with(1);
  EXPECT_TRUE(one->waits());
  EXPECT_EQ(pool_->waiting(1), 1);
  EXPECT_EQ(pool_->waiting(), 11);
  next(busy);
  next(uploads[0]);
  EXPECT_TRUE(one->runs()) << "every other place is for those who come for their first";
}

TEST_F(LanesTest, OfThoseWhoReturnTheFirstIsServedFirst) {
  const Request one = ask_with(1);
  next(running_);
  one->permit().step_aside();
  const Request two = ask_with(1);
  two->permit().step_aside();
  const Request busy = ask_with(1);
  one->come_back(gate(), {.priority = 1});
  two->come_back(gate(), {.priority = 1});
  next(busy);
  EXPECT_TRUE(one->runs());
  EXPECT_FALSE(two->runs());
  next(one);
  EXPECT_TRUE(two->runs());
}

TEST_F(LanesTest, APriorityThatThereIsNotIsTheLast) {
  const Request unknown = ask_with(200), last = ask_with(2), middle = ask_with(1);
  next(running_);
  EXPECT_TRUE(middle->runs());
  next(middle);
  EXPECT_TRUE(unknown->runs());
  EXPECT_EQ(pool_->waiting(2), 1);
}

TEST_F(LanesTest, ANewcomerOvertakesOnlyWhoIsLessImportant) {
  const Request waits = ask_with(1);
  pool_->publish_limit(2);
  const Request less = ask_with(2), more = ask_with(0);
  EXPECT_TRUE(more->runs());
  EXPECT_TRUE(less->waits());
  EXPECT_TRUE(waits->waits());
}

TEST_F(LanesTest, OneInAHundredIsOfTheLeastImportant) {
  const Request last = ask_with(2);
  std::vector<Request> first;
  for (int i = 0; i < 150; ++i) first.push_back(ask_with(0));
  next(running_);
  uint64_t before = 0;
  while (last->waits()) next(first[before++]);
  EXPECT_EQ(before, Lanes::kFloor - 1);
}

TEST_F(LanesTest, EachHasABoundOfItsOwn) {
  pool_->publish_queue(kLongestWait, 1, 1);
  pool_->publish_queue(kLongestWait, 0, 2);
  EXPECT_EQ(ask_with(2)->rejection(), Rejection::kShed);
  const Request one = ask_with(1);
  EXPECT_TRUE(one->waits());
  EXPECT_EQ(ask_with(1)->rejection(), Rejection::kShed);
  const Request first = ask_with(0), second = ask_with(0);
  EXPECT_TRUE(first->waits());
  EXPECT_TRUE(second->waits());
}

TEST_F(LanesTest, AFloodOfOthersFillsNobodysQueue) {
  pool_->publish_max_waiting(2);
  const Request one = ask_with(2), two = ask_with(2);
  EXPECT_EQ(ask_with(2)->rejection(), Rejection::kQueueFull);
  const Request important = ask_with(0);
  EXPECT_TRUE(important->waits());
  next(running_);
  EXPECT_TRUE(important->runs());
}

TEST_F(LanesTest, ANewcomerDisplacesNobodyOfAnotherPriority) {
  pool_->publish_per_second(100);
  pool_->publish_queue(kLongestWait, 1, 2);
  const Request more = ask_with(1), oldest = ask_with(2);
  pass(milliseconds(3));
  const Request newest = ask_with(2);
  settle();
  EXPECT_EQ(oldest->rejection(), Rejection::kShed);
  EXPECT_TRUE(newest->waits());
  next(running_);
  EXPECT_TRUE(more->runs());
}

TEST_F(LanesTest, EachWaitsAsLongAsItMay) {
  pool_->publish_queue(milliseconds(10), 100, 2);
  const Request patient = ask_with(0), hasty = ask_with(2);
  pass(milliseconds(11));
  EXPECT_EQ(hasty->rejection(), Rejection::kWaitedTooLong);
  EXPECT_TRUE(patient->waits());
  pass(kLongestWait);
  EXPECT_EQ(patient->rejection(), Rejection::kWaitedTooLong);
}

TEST_F(LanesTest, WhoLeavesIsCountedWhereItWaited) {
  {
    const Request gone = ask_with(1);
    EXPECT_EQ(pool_->waiting(1), 1);
  }
  EXPECT_EQ(pool_->waiting(1), 0);
  EXPECT_EQ(pool_->waiting(), 0);
}

}  // namespace
}  // namespace weir::limiters
