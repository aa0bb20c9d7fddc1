#include "proxy/observe/latency_grid.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

using limiters::Duration;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LatencyGridTest, QuantilesAreTrueToASixteenth) {
  constexpr LatencyGrid::Totals kNothing{};
  for (const Duration each : {Duration(microseconds(3)), Duration(microseconds(700)),
                              Duration(milliseconds(10)), Duration(seconds(59))}) {
    LatencyGrid grid;
    for (int i = 0; i < 100; ++i) grid.add(each);
    LatencyGrid::Totals now{};
    grid.add_to(now);
    const double truth = limiters::to_seconds(each);
    for (const double q : {0.01, 0.5, 0.99, 1.0})
      EXPECT_NEAR(limiters::to_seconds(LatencyGrid::quantile(kNothing, now, q)), truth,
                  truth / 16 + 1.1e-6)
          << q;
  }
}

TEST(LatencyGridTest, OnlyWhatCameSinceCounts) {
  LatencyGrid grid;
  LatencyGrid::Totals before{}, now{};
  for (int i = 0; i < 1000; ++i) grid.add(seconds(5));
  grid.add_to(before);
  EXPECT_EQ(LatencyGrid::quantile(before, before, 0.5).count(), 0);
  for (int i = 0; i < 100; ++i) grid.add(milliseconds(i + 1));
  grid.add_to(now);
  EXPECT_NEAR(limiters::to_seconds(LatencyGrid::quantile(before, now, 0.5)), 0.050, 0.004);
  EXPECT_NEAR(limiters::to_seconds(LatencyGrid::quantile(before, now, 0.99)), 0.099, 0.007);
}

TEST(LatencyGridTest, WhatIsOutOfRangeCountsAtItsEdge) {
  LatencyGrid grid;
  grid.add(Duration(-5));
  grid.add(std::chrono::hours(24));
  LatencyGrid::Totals now{};
  grid.add_to(now);
  EXPECT_EQ(now.front(), 1u);
  EXPECT_EQ(now.back(), 1u);
}

}  // namespace
}  // namespace weir::observe
