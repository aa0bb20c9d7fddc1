#include "proxy/observe/latency_grid.h"

namespace weir::observe {

limiters::Duration LatencyGrid::quantile(const Totals& before, const Totals& now,
                                         double q) noexcept {
  uint64_t all = 0;
  for (size_t i = 0; i < kCells; ++i) all += now[i] - before[i];
  if (all == 0) return limiters::Duration(0);
  const double wanted = q * static_cast<double>(all);
  double below = 0;
  for (size_t i = 0; i < kCells; ++i) {
    const auto here = static_cast<double>(now[i] - before[i]);
    if (here > 0 && below + here >= wanted) {
      const double share = (wanted - below) / here;
      const auto width = static_cast<double>((edge(i + 1) - edge(i)).count());
      return edge(i) + limiters::Duration(static_cast<int64_t>(share * width));
    }
    below += here;
  }
  return edge(kCells);
}

}  // namespace weir::observe
