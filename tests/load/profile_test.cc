#include "load-tests/load/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "load-tests/pieces/random.h"

namespace weir::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ProfileTest, RatesAndTheirTimesAreRead) {
  const auto read = parse_profile("700:20s,2500.5:1m,0:500ms");
  const auto& profile = std::get<std::vector<Phase>>(read);
  ASSERT_EQ(profile.size(), 3u);
  EXPECT_EQ(profile[1].rate, 2500.5);
  EXPECT_EQ(profile[2].length, milliseconds(500));
  EXPECT_EQ(length_of(profile), milliseconds(80500));
  EXPECT_EQ(phase_at(profile, milliseconds(19999)), 0u);
  EXPECT_EQ(phase_at(profile, seconds(20)), 1u);
  EXPECT_EQ(phase_at(profile, seconds(500)), 2u);
}

TEST(ProfileTest, TheWrongPieceIsNamed) {
  struct Case {
    const char* text;
    const char* piece;
  };
  for (const Case& one :
       {Case{"", ""}, Case{"700", "700"}, Case{"700:20s,", ""}, Case{"700:20s,x:2s", "x:2s"},
        Case{"700:0", "700:0"}, Case{"700:20", "700:20"}, Case{"-1:2s", "-1:2s"},
        Case{"1:2s:3", "1:2s:3"}, Case{"1e9:2s", "1e9:2s"}}) {
    const auto read = parse_profile(one.text);
    ASSERT_TRUE(std::holds_alternative<std::string>(read)) << one.text;
    EXPECT_EQ(std::get<std::string>(read),
              "\"" + std::string(one.piece) +
                  "\", expected RATE:TIME such as 700:20s, the rate at most 10000000");
  }
}

TEST(ScheduleTest, ConstantArrivalsAreEvenlySpacedInEachPhase) {
  const auto due =
      make_schedule({{10, seconds(1)}, {0, seconds(1)}, {4, seconds(1)}}, Arrivals::kConstant, 1);
  ASSERT_EQ(due.size(), 14u);
  EXPECT_EQ(due[0], Duration(0));
  EXPECT_EQ(due[9], milliseconds(900));
  EXPECT_EQ(due[10], seconds(2));
  EXPECT_EQ(due[13], milliseconds(2750));
}

TEST(ScheduleTest, PoissonArrivalsKeepTheRateAndVaryAsTheyShould) {
  const auto due = make_schedule({{1000, seconds(100)}}, Arrivals::kPoisson, 42);
  // 100,000 expected, deviation 316.
  EXPECT_NEAR(static_cast<double>(due.size()), 100'000, 1000);
  EXPECT_TRUE(std::ranges::is_sorted(due));
  EXPECT_LT(due.back(), seconds(100));
  double squares = 0;
  for (size_t i = 1; i < due.size(); ++i)
    squares += std::pow(limiters::to_seconds(due[i] - due[i - 1]) * 1000, 2);
  // Gaps of mean 1 and deviation 1.
  EXPECT_NEAR(squares / static_cast<double>(due.size() - 1), 2, 0.06);
}

TEST(ScheduleTest, PoissonArrivalsFollowTheRateOfThePhase) {
  const auto due = make_schedule({{100, seconds(10)}, {1000, seconds(10)}}, Arrivals::kPoisson, 1);
  const auto first = std::ranges::count_if(due, [](Duration at) { return at < seconds(10); });
  EXPECT_NEAR(static_cast<double>(first), 1000, 100);
  EXPECT_NEAR(static_cast<double>(due.size()), 11'000, 400);
}

TEST(ScheduleTest, GapsTellNothingOfWhatAServiceOfTheSameSeedDraws) {
  const auto due = make_schedule({{1000, seconds(20)}}, Arrivals::kPoisson, 1);
  pieces::Random service(1);
  double together = 0;
  Duration before{};
  for (const Duration at : due) {
    together += (limiters::to_seconds(at - before) * 1000 - 1) * (service.exponential() - 1);
    before = at;
  }
  // Both of mean 1 and deviation 1: it would be 1 by the same numbers, and is 0 +- 0.007 by others.
  EXPECT_NEAR(together / static_cast<double>(due.size()), 0, 0.03);
}

TEST(ScheduleTest, TheSameSeedGivesTheSameSchedule) {
  const std::vector<Phase> profile = {{500, seconds(2)}};
  const auto first = make_schedule(profile, Arrivals::kPoisson, 5);
  EXPECT_EQ(make_schedule(profile, Arrivals::kPoisson, 5), first);
  EXPECT_NE(make_schedule(profile, Arrivals::kPoisson, 6), first);
}

}  // namespace
}  // namespace weir::load
