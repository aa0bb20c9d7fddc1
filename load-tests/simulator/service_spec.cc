#include "load-tests/simulator/service_spec.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "limiters/params.h"
#include "load-tests/simulator/draws.h"

namespace weir::simulator {

const Conditions& World::at(double now) const {
  const auto later =
      std::upper_bound(conditions.begin() + 1, conditions.end(), now,
                       [](double at, const Conditions& each) { return at < each.from_seconds; });
  return *(later - 1);
}

double World::capacity_at(double when) const {
  const Conditions& is = at(when);
  if (is.stalled > 0) return 0;
  const double awake =
      is.freeze_every_seconds > 0 ? 1 - is.freeze_seconds / is.freeze_every_seconds : 1;
  return is.capacity() * awake * (1 - is.hidden_load);
}

double World::next_change_after(double from) const {
  double until = seconds;
  for (const Conditions& each : conditions)
    if (each.from_seconds > from) until = std::min(until, each.from_seconds);
  return until;
}

bool World::frozen_between(double from, double until) const {
  const Conditions& is = at(from);
  if (is.freeze_every_seconds <= 0 || is.freeze_seconds <= 0) return false;
  const double begun = std::floor(from / is.freeze_every_seconds) * is.freeze_every_seconds;
  return from < begun + is.freeze_seconds || until > begun + is.freeze_every_seconds;
}

double World::unloaded(double share) const {
  std::vector<double> drawn;
  if (recorded) {
    for (const Recorded& each : *recorded) drawn.push_back(each.work_seconds);
  } else {
    limiters::Random chance(1);
    drawn.resize(20000);
    for (double& each : drawn)
      each =
          draw_service(chance, times, conditions.front()) * work_of(draw_place(chance, tenants)) +
          conditions.front().outside_seconds;
  }
  const auto at = static_cast<size_t>(share * static_cast<double>(drawn.size()));
  std::nth_element(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(at), drawn.end());
  return drawn[at];
}

bool World::has_batch() const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const Conditions& is) { return is.batch_load > 0; });
}

bool World::has_quota() const {
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const Conditions& is) { return is.quota_per_second > 0; });
}

double World::work_of(size_t tenant) const {
  if (tenant_work.empty()) return 1;
  double mean = 0;
  for (size_t i = 0; i < tenants.size(); ++i) mean += tenants[i] * tenant_work[i];
  return tenant_work[tenant] / mean;
}

size_t World::priorities() const {
  if (recorded) {
    size_t least = 0;
    for (const Recorded& each : *recorded) least = std::max<size_t>(least, each.priority);
    return std::min(least + 1, limiters::kPriorities);
  }
  if (has_batch() && !batch_classes.empty()) return 1 + batch_classes.size();
  return has_batch() || session_requests > 1 ? 2 : 1;
}

double World::deadline() const {
  return deadline_seconds.value_or(std::max(0.1, 10 * unloaded(0.99)));
}

}  // namespace weir::simulator
