#include "limiters/level.h"

#include <gtest/gtest.h>

namespace weir::limiters {
namespace {

TEST(Level, SmallNumbersHaveOneEachAndLargeOnesTwoForEachDoubling) {
  for (int in_flight = 1; in_flight <= 4; ++in_flight)
    EXPECT_EQ(level_of(in_flight), static_cast<size_t>(in_flight - 1));
  EXPECT_EQ(level_of(5), level_of(6));
  EXPECT_NE(level_of(6), level_of(7));
  EXPECT_EQ(level_of(9), level_of(12));
  EXPECT_NE(level_of(12), level_of(13));
  EXPECT_EQ(level_of(1000000), kLevels - 1);
}

TEST(Level, EndsWithTheMostThatBelongsToIt) {
  for (size_t level = 0; level + 1 < kLevels; ++level) {
    EXPECT_EQ(level_of(most_of(level)), level);
    EXPECT_EQ(level_of(most_of(level) + 1), level + 1);
  }
}

TEST(Level, StretchedEachOfThemTookAsManyTimesAsLong) {
  Level level = Level::of(0.010, 3, 10);
  level.add(Level::of(0.030, 3, 10));
  Level expected = Level::of(0.020, 3, 10);
  expected.add(Level::of(0.060, 3, 10));
  level.stretch(2);
  EXPECT_NEAR(level.mean(), expected.mean(), 1e-12);
  EXPECT_NEAR(level.variance(), expected.variance(), 1e-12);
  EXPECT_NEAR(level.mean_log(), expected.mean_log(), 1e-12);
  EXPECT_NEAR(level.sum_log_squares, expected.sum_log_squares, 1e-9);
  EXPECT_NEAR(level.sum_products, expected.sum_products, 1e-9);
}

TEST(Level, BlurredTheyVaryMoreAboutTheSameMean) {
  Level level = Level::of(0.010, 3, 10);
  level.blur(0.25);
  EXPECT_NEAR(level.mean(), 0.010, 1e-12);
  EXPECT_NEAR(level.variance(), 0.25 * 0.010 * 0.010, 1e-12);
}

TEST(Level, AreSummedFromOneOnUpwards) {
  std::array<Level, kLevels> levels{};
  levels[0] = Level::of(0.010, 1, 1);
  levels[5] = Level::of(0.020, 7, 2);
  levels[kLevels - 1] = Level::of(0.030, 9000, 3);
  EXPECT_EQ(sum_of(levels).count, 6);
  EXPECT_EQ(sum_of(levels, 1).count, 5);
  EXPECT_EQ(sum_of(levels, 6).count, 3);
}

}  // namespace
}  // namespace weir::limiters
