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

}  // namespace
}  // namespace weir::simulator
