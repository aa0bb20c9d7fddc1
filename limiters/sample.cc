#include "limiters/sample.h"

#include <algorithm>
#include <bit>

namespace weir::limiters {

size_t level_of(int in_flight) {
  const auto width = std::bit_width(static_cast<unsigned>(std::max(in_flight, 1)));
  return std::min<size_t>(static_cast<size_t>(width) - 1, kLevels - 1);
}

double Window::throughput() const {
  return seconds() > 0 ? count(Outcome::kSuccess) / seconds() : 0;
}

Level Window::all_levels() const {
  Level all;
  for (const Level& level : levels) all.add(level);
  return all;
}

}  // namespace weir::limiters
