#include "proxy/observe/histogram.h"

#include <gtest/gtest.h>

namespace weir::observe {
namespace {

constexpr std::array kBounds{1.0, 2.0, 4.0};

HistogramTotals totals_of(std::initializer_list<double> values) {
  Histogram<kBounds.size()> histogram(kBounds);
  for (const double value : values) histogram.observe(value);
  return histogram.read();
}

TEST(HistogramTest, ValuesFallIntoTheBucketThatTheyAreNotAbove) {
  struct Row {
    double value;
    size_t bucket;
  };
  for (const Row& row : {Row{0, 0}, Row{1, 0}, Row{1.001, 1}, Row{2, 1}, Row{4, 2}, Row{4.1, 3},
                         Row{1e9, 3}, Row{-1, 0}}) {
    std::vector<uint64_t> expected(kBounds.size() + 1);
    expected[row.bucket] = 1;
    EXPECT_EQ(totals_of({row.value}).counts, expected) << row.value;
  }
}

TEST(HistogramTest, CountsAndSumsAll) {
  const HistogramTotals totals = totals_of({0.5, 3, 100});
  EXPECT_EQ(totals.count(), 3u);
  EXPECT_DOUBLE_EQ(totals.sum, 103.5);
}

TEST(HistogramTest, DifferencesAndSumsAreByBucket) {
  HistogramTotals sum;
  sum.add(totals_of({0.5}));
  sum.add(totals_of({1.5, 5}));
  EXPECT_EQ(sum.counts, (std::vector<uint64_t>{1, 1, 0, 1}));
  const HistogramTotals since = sum.since(totals_of({1.5}));
  EXPECT_EQ(since.counts, (std::vector<uint64_t>{1, 0, 0, 1}));
  EXPECT_DOUBLE_EQ(since.sum, 5.5);
}

TEST(HistogramTest, QuantilesLieOnAStraightLineInsideABucket) {
  const HistogramTotals totals = totals_of({1.5, 1.5, 3, 3});
  EXPECT_DOUBLE_EQ(totals.quantile(0.25, kBounds), 1.5);
  EXPECT_DOUBLE_EQ(totals.quantile(0.5, kBounds), 2);
  EXPECT_DOUBLE_EQ(totals.quantile(0.75, kBounds), 3);
  EXPECT_DOUBLE_EQ(totals.quantile(1, kBounds), 4);
}

TEST(HistogramTest, QuantilesBeyondTheLastBoundAreThatBound) {
  EXPECT_DOUBLE_EQ(totals_of({100, 100}).quantile(0.5, kBounds), 4);
}

TEST(HistogramTest, QuantilesOfNothingAreZero) {
  EXPECT_DOUBLE_EQ(totals_of({}).quantile(0.99, kBounds), 0);
}

}  // namespace
}  // namespace weir::observe
