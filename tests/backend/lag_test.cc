#include "proxy/backend/lag.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string_view>

#include "limiters/random.h"
#include "tests/backend/pool_fixture.h"

namespace weir::backend {
namespace {

using std::chrono::milliseconds;

// One connection after the other is answered, again and again.
class LagTest : public ::testing::Test {
 protected:
  // How often the connection at `place` was found to lag; a new one takes its place.
  int found_lagging(size_t place, int answers, auto seconds) {
    int found = 0;
    for (int i = 0; i < answers; ++i) {
      const size_t at = static_cast<size_t>(i) % lags_.size();
      if (!times_.lags(lags_[at], seconds(at))) continue;
      lags_[at] = {};
      if (at == place)
        ++found;
      else
        ++others_;
    }
    return found;
  }
  double exponential(double mean) { return random_.exponential(mean); }

  AnswerTimes times_;
  std::array<Lag, 8> lags_;
  int others_ = 0;
  limiters::Random random_{1};
};

TEST_F(LagTest, OneThatIsAnsweredLaterThanTheOthersLags) {
  const auto seconds = [](size_t at) { return at == 0 ? 0.015 : 0.010; };
  EXPECT_EQ(found_lagging(0, 8 * 16, seconds), 1);
  EXPECT_EQ(others_, 0);
}

TEST_F(LagTest, OneThatIsAnsweredLaterByLittleDoesNot) {
  const auto seconds = [](size_t at) { return at == 0 ? 0.0105 : 0.010; };
  EXPECT_EQ(found_lagging(0, 8 * 1000, seconds), 0);
  EXPECT_EQ(others_, 0);
}

TEST_F(LagTest, NorOneThatIsHandledLaterInTheSameTurnOfALoop) {
  const auto seconds = [](size_t at) { return 0.0001 * static_cast<double>(at + 1); };
  EXPECT_EQ(found_lagging(7, 8 * 1000, seconds), 0);
  EXPECT_EQ(others_, 0);
}

TEST_F(LagTest, TimesThatVaryHideIsForAWhileOnly) {
  const auto seconds = [this](size_t at) { return exponential(at == 0 ? 0.02 : 0.01); };
  EXPECT_GE(found_lagging(0, 8 * 200, seconds), 1);
  EXPECT_EQ(others_, 0);
}

TEST_F(LagTest, NoneLagsByChanceHoweverMuchTimesVary) {
  const auto bimodal = [this](size_t) {
    return random_.uniform() < 0.03 ? 1.0 : exponential(0.01);
  };
  const auto all_alike = [this](size_t) { return exponential(0.01); };
  const int found = found_lagging(0, 50'000, bimodal) + found_lagging(0, 50'000, all_alike);
  EXPECT_LE(found + others_, 10) << "of 100,000 answers";
}

TEST_F(LagTest, NoneLagsWhenAllBecomeSlowerAtOnce) {
  double now = 0.01;
  const auto seconds = [&now](size_t) { return now *= 1.002; };
  EXPECT_EQ(found_lagging(0, 2000, seconds) + others_, 0);
  now = 0.01;
  EXPECT_EQ(found_lagging(0, 500, seconds) + others_, 0);
  const auto suddenly = [](size_t) { return 0.3; };
  EXPECT_EQ(found_lagging(0, 500, suddenly) + others_, 0);
}

TEST_F(LagTest, NotAllAreFoundToLagAtOnce) {
  const auto seconds = [](size_t at) { return at < 3 ? 0.02 : 0.01; };
  EXPECT_LE(found_lagging(0, 63, seconds) + others_, 0);
  EXPECT_LE(found_lagging(0, 640, seconds) + others_, 10);
  EXPECT_GE(others_, 3);
}

class LaggingConnectionTest : public BackendPoolTest {
 protected:
  // Two requests, over a connection each; that at `slow` is answered after 20 ms, the other
  // after 10.
  void answer_two(size_t slow, std::string_view slow_answer) {
    const Caller first(pool);
    const Caller second(pool);
    for (size_t i = 0; i < dialled.size(); ++i)
      if (dialled[i].transport != nullptr && !stood_.contains(i)) stand(*stood_.insert(i).first);
    turn_queue.run();
    pass(milliseconds(10));
    const size_t quick = 1 - slow;
    if (dialled[quick].transport != nullptr) at(quick).bytes(kAnswer);
    pass(milliseconds(10));
    if (dialled[slow].transport != nullptr) at(slow).bytes(slow_answer);
    for (size_t i = 2; i < dialled.size(); ++i)
      if (dialled[i].transport != nullptr) at(i).bytes(kAnswer);
    turn_queue.run();
  }
  std::set<size_t> stood_;
};

TEST_F(LaggingConnectionTest, IsClosedWhenItsAnswerHasCome) {
  for (int i = 0; i < 40; ++i) answer_two(0, kAnswer);
  EXPECT_EQ(dialled[0].transport, nullptr);
  EXPECT_NE(dialled[1].transport, nullptr);
  EXPECT_EQ(pool.lagging_closed(), 1u);
  EXPECT_EQ(pool.connections(), 2u) << "another was made in its place";
}

TEST_F(LaggingConnectionTest, IsKeptWhereOnlyItsErrorsAreLate) {
  for (int i = 0; i < 40; ++i)
    answer_two(0, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_NE(dialled[0].transport, nullptr);
  EXPECT_EQ(pool.lagging_closed(), 0u);
}

}  // namespace
}  // namespace weir::backend
