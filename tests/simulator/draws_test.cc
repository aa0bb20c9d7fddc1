#include "load-tests/simulator/draws.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weir::simulator {
namespace {

TEST(Draws, LogarithmAndExponentialAreExact) {
  for (double x = 1e-9; x < 1e9; x *= 1.37) {
    EXPECT_NEAR(exact_log(x), std::log(x), 1e-12 * std::max(1.0, std::abs(std::log(x))));
    const double y = std::log(x);
    EXPECT_NEAR(exact_exp(y) / std::exp(y), 1, 1e-12);
  }
}

TEST(Draws, EveryShapeHasTheMeanItSays) {
  for (const Times times :
       {Times::kConstant, Times::kExponential, Times::kLognormal, Times::kPareto})
    for (const double slow_share : {0.0, 0.1}) {
      limiters::Random chance(5);
      Conditions conditions;
      conditions.service_seconds = 0.020;
      conditions.slow_share = slow_share;
      conditions.slow_times = 11;
      double sum = 0;
      constexpr int kDraws = 400000;
      for (int i = 0; i < kDraws; ++i) sum += draw_service(chance, times, conditions);
      EXPECT_NEAR(sum / kDraws, 0.020, 0.0012) << static_cast<int>(times) << " " << slow_share;
    }
}

TEST(Draws, APlaceIsAsLikelyAsItsShare) {
  limiters::Random chance(6);
  const std::vector<double> shares{0.1, 0, 0.3, 0.6};
  std::vector<double> drawn(shares.size());
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) drawn[draw_place(chance, shares)] += 1.0 / kDraws;
  for (size_t i = 0; i < shares.size(); ++i) EXPECT_NEAR(drawn[i], shares[i], 0.01) << i;
  EXPECT_EQ(draw_place(chance, {}), 0);
}

}  // namespace
}  // namespace weir::simulator
