#include "load-tests/simulator/judge_tenants.h"

#include <algorithm>
#include <numeric>

namespace weir::simulator {

double jain(const std::vector<double>& each) {
  double sum = 0, squares = 0;
  for (const double one : each) {
    sum += one;
    squares += one * one;
  }
  return squares > 0 ? sum * sum / (static_cast<double>(each.size()) * squares) : 0;
}

std::optional<double> equal_part(const std::vector<double>& asked, double total) {
  std::vector<double> rising = asked;
  std::ranges::sort(rising);
  double left = total;
  for (size_t i = 0; i < rising.size(); ++i) {
    const double part = left / static_cast<double>(rising.size() - i);
    if (rising[i] > part) return part;
    left -= rising[i];
  }
  return std::nullopt;
}

// In work, not in requests: whose requests are long is due fewer of them.
void judge_tenants(const World& world, const Outcomes& outcomes, Score& score) {
  const size_t count = world.tenants.size();
  if (count == 0) return;
  std::vector<double> asked(count), got(count), attempts(count), shed(count);
  for (size_t i = 0; i < outcomes.steps.size(); ++i) {
    const Outcomes::Step& step = outcomes.steps[i];
    if (static_cast<double>(i) * outcomes.step_seconds < world.warm_up_seconds) continue;
    for (size_t j = 0; j < step.by_tenant.size(); ++j) {
      asked[j] += step.by_tenant[j].attempts * world.work_of(j);
      got[j] += step.by_tenant[j].good * world.work_of(j);
      attempts[j] += step.by_tenant[j].attempts;
      shed[j] += step.by_tenant[j].shed;
    }
  }
  const auto part = equal_part(asked, std::accumulate(got.begin(), got.end(), 0.0));
  std::vector<double> of_due(count);
  double modest = 0, modest_shed = 0;
  for (size_t j = 0; j < count; ++j) {
    const bool is_modest = !part || asked[j] <= *part;
    const double due = is_modest ? asked[j] : *part;
    of_due[j] = due > 0 ? got[j] / due : 1;
    if (!is_modest) continue;
    modest += attempts[j];
    modest_shed += shed[j];
  }
  score.fairness = jain(of_due);
  score.modest_shed_share = modest > 0 ? modest_shed / modest : 0;
}

}  // namespace weir::simulator
