#include "limiters/recent_rate.h"

#include <gtest/gtest.h>

#include "limiters/random.h"

namespace weir::limiters {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Poisson arrivals in steps of 10 ms.
double at_least(double per_second, double for_seconds, RecentRate& rate, Random& chance) {
  double next = chance.exponential(1 / per_second);
  for (double now = 0; now < for_seconds; now += 0.01) {
    int arrived = 0;
    for (; next < now + 0.01; next += chance.exponential(1 / per_second)) ++arrived;
    rate.add(arrived, milliseconds(10), seconds(2));
  }
  return rate.now().at_least;
}

TEST(RecentRate, HardlyEverSaysMoreThanIsTrue) {
  Random chance(3);
  int above = 0;
  for (int i = 0; i < 200; ++i) {
    RecentRate rate;
    above += at_least(900, 1, rate, chance) > 1000 ? 1 : 0;
  }
  EXPECT_LE(above, 2);
}

TEST(RecentRate, HardlyEverSaysLessThanIsTrue) {
  Random chance(7);
  int below = 0;
  for (int i = 0; i < 200; ++i) {
    RecentRate rate;
    at_least(900, 1, rate, chance);
    below += rate.now().at_most < 820 ? 1 : 0;
  }
  EXPECT_LE(below, 2);
}

TEST(RecentRate, IsLessSurelyKnownTheMoreUnevenTheTimesAre) {
  Random chance(8);
  RecentRate rate;
  at_least(1000, 1, rate, chance);
  const Rate even = rate.now(0.5), uneven = rate.now(2.5);
  EXPECT_EQ(even.likely, uneven.likely);
  EXPECT_LT(uneven.at_least, even.at_least);
  EXPECT_LT(even.at_least, even.likely);
  EXPECT_LT(even.likely, even.at_most);
  EXPECT_LT(even.at_most, uneven.at_most);
}

TEST(RecentRate, KnowsNothingAtFirst) {
  EXPECT_EQ(RecentRate().now().likely, 0);
  EXPECT_EQ(RecentRate().now().at_least, 0);
}

TEST(RecentRate, SeesAnOverloadWithinAHundredArrivals) {
  Random chance(4);
  int seen = 0;
  for (int i = 0; i < 100; ++i) {
    RecentRate rate;
    at_least(700, 2, rate, chance);
    seen += at_least(2500, 0.06, rate, chance) > 1000 ? 1 : 0;
  }
  EXPECT_GE(seen, 95);
}

TEST(RecentRate, ForgetsASilence) {
  RecentRate rate;
  for (int i = 0; i < 10000; ++i) rate.add(0, milliseconds(10), seconds(2));
  Random chance(5);
  EXPECT_GT(at_least(1000, 1, rate, chance), 700);
}

}  // namespace
}  // namespace weir::limiters
