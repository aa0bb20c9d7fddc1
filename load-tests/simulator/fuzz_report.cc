#include "load-tests/simulator/fuzz_report.h"

#include <algorithm>
#include <cstdio>

#include "load-tests/simulator/fuzz.h"

namespace weir::simulator {

void print_fuzz(const BenchSpec& spec, const BenchResult& result, uint64_t seed) {
  std::printf("%-26s %-8s %8s %8s %8s   w99 %8s %8s %8s   false sheds %8s\n", "", "goodput",
              "median", "5th", "1st", "median", "95th", "99th", "mean");
  for (const std::string& limiter : spec.limiters) {
    std::vector<double> goodput, w99, shed;
    for (const WorldCell& cell : result.cells) {
      if (cell.limiter != limiter) continue;
      goodput.push_back(cell.seeds.front().goodput_share);
      w99.push_back(cell.seeds.front().w99);
      shed.push_back(cell.seeds.front().false_shed_share);
    }
    std::sort(goodput.begin(), goodput.end());
    std::sort(w99.begin(), w99.end());
    const auto at = [](const std::vector<double>& sorted, double share) {
      return sorted[std::min(sorted.size() - 1,
                             static_cast<size_t>(share * static_cast<double>(sorted.size())))];
    };
    double mean_shed = 0;
    for (const double each : shed) mean_shed += each / static_cast<double>(shed.size());
    std::printf("%-26s %-8s %8.3f %8.3f %8.3f   %3s %8.2f %8.2f %8.2f   %11s %8.5f\n",
                limiter.c_str(), "", at(goodput, 0.5), at(goodput, 0.05), at(goodput, 0.01), "",
                at(w99, 0.5), at(w99, 0.95), at(w99, 0.99), "", mean_shed);
  }
  std::vector<const WorldCell*> cells;
  for (const WorldCell& cell : result.cells)
    if (cell.limiter == spec.limiters.front()) cells.push_back(&cell);
  std::stable_sort(cells.begin(), cells.end(), [](const WorldCell* one, const WorldCell* other) {
    return one->seeds.front().goodput_share < other->seeds.front().goodput_share;
  });
  std::printf(
      "\nThe worst worlds of %s; `weir-sim fuzz --seed %llu --first-world N --worlds 1` runs one "
      "alone:\n",
      spec.limiters.front().c_str(), static_cast<unsigned long long>(seed));
  for (size_t i = 0; i < std::min<size_t>(12, cells.size()); ++i) {
    const Score& score = cells[i]->seeds.front();
    std::printf("%6s  goodput %.3f  w99 %6.2f  false %.4f  %s\n", cells[i]->world.c_str(),
                score.goodput_share, score.w99, score.false_shed_share,
                in_words(fuzzed_world(seed, std::stoull(cells[i]->world))).c_str());
  }
}

}  // namespace weir::simulator
