#include "load-tests/simulator/service_spec.h"

#include <algorithm>
#include <vector>

#include "load-tests/simulator/draws.h"

namespace weir::simulator {

const Conditions& World::at(double now) const {
  size_t i = conditions.size() - 1;
  while (i > 0 && conditions[i].from_seconds > now) --i;
  return conditions[i];
}

double World::unloaded(double share) const {
  std::vector<double> drawn;
  if (recorded) {
    for (const Recorded& each : *recorded) drawn.push_back(each.work_seconds);
  } else {
    limiters::Random chance(1);
    drawn.resize(20000);
    for (double& each : drawn)
      each = draw_service(chance, times, conditions.front()) + conditions.front().outside_seconds;
  }
  const auto at = static_cast<size_t>(share * static_cast<double>(drawn.size()));
  std::nth_element(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(at), drawn.end());
  return drawn[at];
}

double World::deadline() const {
  return deadline_seconds.value_or(std::max(0.1, 10 * unloaded(0.99)));
}

}  // namespace weir::simulator
