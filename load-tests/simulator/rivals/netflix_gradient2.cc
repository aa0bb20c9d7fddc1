#include "load-tests/simulator/rivals/netflix_gradient2.h"

#include <algorithm>

namespace weir::simulator::rivals {

double NetflixGradient2::average(double latency) {
  constexpr int kFirst = 10;
  if (count_ < kFirst) {
    ++count_;
    sum_ += latency;
    long_ = sum_ / count_;
  } else {
    const double weight = 2.0 / (params_.long_window + 1);
    long_ = long_ * (1 - weight) + latency * weight;
  }
  return long_;
}

void NetflixGradient2::on_sample(TimePoint, Duration rtt, int in_flight, Loss) {
  const double now = static_cast<double>(rtt.count());
  const double usual = average(now);
  if (usual / now > 2) long_ = usual * 0.95;
  if (in_flight < limit_ / 2) return;
  const double gradient = std::max(0.5, std::min(1.0, params_.tolerance * usual / now));
  double next = limit_ * gradient + params_.allowance;
  next = limit_ * (1 - params_.smoothing) + next * params_.smoothing;
  limit_ = std::max<double>(params_.min, std::min<double>(params_.max, next));
}

}  // namespace weir::simulator::rivals
