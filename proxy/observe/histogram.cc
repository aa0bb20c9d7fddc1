#include "proxy/observe/histogram.h"

#include <numeric>

namespace weir::observe {

uint64_t HistogramTotals::count() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

void HistogramTotals::add(const HistogramTotals& other) {
  counts.resize(std::max(counts.size(), other.counts.size()));
  for (size_t i = 0; i < other.counts.size(); ++i) counts[i] += other.counts[i];
  sum += other.sum;
}

HistogramTotals HistogramTotals::since(const HistogramTotals& before) const {
  HistogramTotals difference = *this;
  for (size_t i = 0; i < before.counts.size() && i < counts.size(); ++i)
    difference.counts[i] -= before.counts[i];
  difference.sum -= before.sum;
  return difference;
}

double HistogramTotals::quantile(double q, std::span<const double> bounds) const {
  const auto all = static_cast<double>(count());
  if (all == 0) return 0;
  double below = 0;
  for (size_t i = 0; i < bounds.size(); ++i) {
    const auto here = static_cast<double>(counts[i]);
    if (here > 0 && below + here >= q * all) {
      const double floor = i == 0 ? 0 : bounds[i - 1];
      return floor + (bounds[i] - floor) * (q * all - below) / here;
    }
    below += here;
  }
  return bounds.back();
}

}  // namespace weir::observe
