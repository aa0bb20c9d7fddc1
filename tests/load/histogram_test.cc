#include "load-tests/load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "load-tests/pieces/random.h"

namespace weir::load {
namespace {

TEST(HistogramTest, EveryQuantileIsWithinOnePercent) {
  pieces::Random random(11);
  Histogram histogram;
  std::vector<int64_t> all;
  for (int i = 0; i < 20000; ++i) {
    // From a hundred nanoseconds to about ten minutes, evenly in the logarithm.
    all.push_back(static_cast<int64_t>(100 * std::exp(random.uniform() * 22)));
    histogram.record(Duration(all.back()));
  }
  std::ranges::sort(all);
  for (const double share : {0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999}) {
    const auto rank = static_cast<size_t>(std::ceil(share * 20000)) - 1;
    const auto exact = static_cast<double>(all[rank]);
    EXPECT_NEAR(static_cast<double>(histogram.quantile(share).count()), exact, exact * 0.005)
        << share;
  }
  EXPECT_EQ(histogram.max(), Duration(all.back()));
  EXPECT_EQ(histogram.quantile(1), histogram.max());
}

TEST(HistogramTest, SmallValuesAreExact) {
  for (int value = 0; value < 256; ++value) {
    Histogram histogram;
    histogram.record(Duration(value));
    histogram.record(std::chrono::seconds(1));
    EXPECT_EQ(histogram.quantile(0.5), Duration(value));
  }
}

TEST(HistogramTest, EachPowerOfTwoAndItsNeighboursFindTheirBucket) {
  for (int bit = 8; bit < 41; ++bit)
    for (const int64_t value :
         {(int64_t{1} << bit) - 1, int64_t{1} << bit, (int64_t{1} << bit) + 1}) {
      Histogram histogram;
      histogram.record(Duration(value));
      histogram.record(std::chrono::hours(1));
      const auto read = static_cast<double>(histogram.quantile(0.5).count());
      EXPECT_NEAR(read, static_cast<double>(value), static_cast<double>(value) * 0.005);
    }
}

TEST(HistogramTest, NothingIsZeroAndTooMuchIsAnHour) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.99), Duration(0));
  EXPECT_EQ(histogram.mean(), Duration(0));
  histogram.record(std::chrono::hours(5));
  histogram.record(Duration(-5));
  EXPECT_EQ(histogram.max(), std::chrono::hours(1));
  EXPECT_EQ(histogram.quantile(0.5), Duration(0));
}

TEST(HistogramTest, TwoAddedAreAsOne) {
  Histogram few;
  Histogram more;
  for (int i = 1; i <= 100; ++i) (i <= 10 ? few : more).record(std::chrono::milliseconds(i));
  few.add(more);
  EXPECT_EQ(few.count(), 100u);
  EXPECT_NEAR(limiters::to_seconds(few.quantile(0.5)), 0.050, 0.0005);
  EXPECT_EQ(few.mean(), Duration(50'500'000));
}

}  // namespace
}  // namespace weir::load
