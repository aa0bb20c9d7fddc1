#include "limiters/retry_after.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace weir::limiters {
namespace {

using std::chrono::seconds;

// A service of 100 requests per second, so that 10 per second may return.
class RetryAfterTest : public ::testing::Test {
 protected:
  RetryAfterTest() { pool_.publish_per_second(100); }

  // Answers given to `per_second` sheds for `length`, by value.
  std::map<int, int> answers(RetryAfter& retry_after, double per_second, double length) {
    std::map<int, int> counts;
    for (double at = 0; at < length; at += 1 / per_second)
      ++counts[retry_after.next(start_ + from_seconds(at))];
    start_ += from_seconds(length);
    return counts;
  }
  static double mean(const std::map<int, int>& counts) {
    double sum = 0, count = 0;
    for (const auto& [value, times] : counts) {
      sum += value * times;
      count += times;
    }
    return sum / count;
  }

  PermitPool pool_{1, 10, 100};
  TimePoint start_ = TimePoint{} + std::chrono::hours(1);
};

TEST_F(RetryAfterTest, IsAlwaysWithinItsBounds) {
  RetryAfter retry_after({.min = seconds(2), .max = seconds(9)}, pool_, 1);
  const std::map<int, int> seen = answers(retry_after, 500, 20);
  EXPECT_GE(seen.begin()->first, 2);
  EXPECT_LE(seen.rbegin()->first, 9);
}

TEST_F(RetryAfterTest, IsNeverBelowASecond) {
  RetryAfter retry_after({.min = seconds(0), .max = seconds(0)}, pool_, 1);
  EXPECT_EQ(retry_after.next(start_), 1);
}

TEST_F(RetryAfterTest, IsLongerTheDeeperTheOverload) {
  RetryAfter light({}, pool_, 1), medium({}, pool_, 1), deep({}, pool_, 1);
  const double few = mean(answers(light, 5, 10));
  const double more = mean(answers(medium, 20, 10));
  const double many = mean(answers(deep, 200, 10));
  EXPECT_LT(few, 3);
  EXPECT_GT(more, few * 1.5);
  EXPECT_GT(many, more * 1.5);
}

TEST_F(RetryAfterTest, DoesNotCallEverybodyBackTogether) {
  RetryAfter retry_after({}, pool_, 1);
  answers(retry_after, 200, 10);
  const std::map<int, int> seen = answers(retry_after, 200, 1);
  const auto most =
      std::ranges::max_element(seen, {}, [](const auto& entry) { return entry.second; });
  EXPECT_GE(seen.size(), 10U);
  EXPECT_LT(most->second, 40) << "of 200 in the same second";
}

TEST_F(RetryAfterTest, ForgetsAnOverloadThatIsOver) {
  RetryAfter retry_after({}, pool_, 1);
  answers(retry_after, 200, 10);
  start_ += seconds(60);
  EXPECT_LE(retry_after.next(start_), 2);
}

TEST_F(RetryAfterTest, KnowsAnAnswerBeforeTheServiceIsKnown) {
  PermitPool unknown(1, 10, 100);
  RetryAfter retry_after({}, unknown, 1);
  EXPECT_GE(retry_after.next(start_), 1);
}

TEST_F(RetryAfterTest, TheSameSeedGivesTheSameAnswers) {
  RetryAfter one({}, pool_, 5), two({}, pool_, 5);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(one.next(start_), two.next(start_));
}

}  // namespace
}  // namespace weir::limiters
