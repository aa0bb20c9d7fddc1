#include "load-tests/origin/service_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace weir::origin {
namespace {

using std::chrono::milliseconds;

std::vector<double> draws(std::string_view shape, int count) {
  const auto time = ServiceTime::parse(shape, milliseconds(10));
  pieces::Random random(3);
  std::vector<double> all;
  for (int i = 0; i < count; ++i) all.push_back(limiters::to_seconds(time->draw(random)) * 1e3);
  return all;
}

double mean_of(const std::vector<double>& all) {
  double sum = 0;
  for (const double one : all) sum += one;
  return sum / static_cast<double>(all.size());
}

TEST(ServiceTimeTest, EveryShapeKeepsTheMean) {
  struct Case {
    const char* shape;
    double tolerance;
  };
  for (const Case& one : {Case{"constant", 0}, Case{"exponential", 0.2}, Case{"lognormal", 0.4},
                          Case{"lognormal(0.5)", 0.2}, Case{"bimodal(0.1,40)", 0.4},
                          Case{"bimodal", 0.4}, Case{"pareto(2.5)", 0.4}}) {
    SCOPED_TRACE(one.shape);
    EXPECT_NEAR(mean_of(draws(one.shape, 100000)), 10, one.tolerance);
  }
}

TEST(ServiceTimeTest, BimodalHasTwoValuesInTheirRatio) {
  auto all = draws("bimodal(0.1,40)", 10000);
  const auto slow = std::ranges::count_if(all, [](double one) { return one > 20; });
  EXPECT_NEAR(static_cast<double>(slow), 1000, 100);
  const auto [least, most] = std::ranges::minmax(all);
  EXPECT_NEAR(most / least, 40, 0.01);
}

TEST(ServiceTimeTest, ExponentialHasItsMedianBelowItsMean) {
  auto all = draws("exponential", 100000);
  std::ranges::sort(all);
  EXPECT_NEAR(all[50000], 6.93, 0.15);
  EXPECT_NEAR(all[99000], 46.05, 1.5);
}

TEST(ServiceTimeTest, ASlowShareKeepsTheMeanOfEveryShape) {
  const auto time = ServiceTime::parse("constant", milliseconds(10))->with_slow({0.25, 5});
  pieces::Random random(1);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const Duration drawn = time.draw(random);
    EXPECT_TRUE(drawn == milliseconds(5) || drawn == milliseconds(25)) << drawn.count();
    sum += static_cast<double>(drawn.count()) / 1e6;
  }
  EXPECT_NEAR(sum / 100000, 10, 0.1);
  EXPECT_EQ(time.with_mean(milliseconds(20)).slow().ratio, 5);
}

TEST(ServiceTimeTest, WhatIsNoShapeIsRefused) {
  for (const char* text :
       {"", "uniform", "constant(1)", "lognormal(x)", "lognormal(-1)", "lognormal(1",
        "bimodal(2,40)", "bimodal(0.1,0)", "pareto(1)", "exponential()", "pareto(2,3)"})
    EXPECT_FALSE(ServiceTime::parse(text, milliseconds(1))) << text;
}

}  // namespace
}  // namespace weir::origin
