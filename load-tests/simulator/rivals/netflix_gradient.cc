#include "load-tests/simulator/rivals/netflix_gradient.h"

#include <algorithm>

namespace weir::simulator::rivals {

NetflixGradient::NetflixGradient(const Params& params, uint64_t seed)
    : params_(params), random_(seed), limit_(params.initial), to_probe_(draw()) {}

int NetflixGradient::draw() {
  return static_cast<int>(random_.uniform(params_.least_probe, params_.most_probe));
}

void NetflixGradient::on_sample(TimePoint, Duration rtt, int in_flight, Loss loss) {
  const double allowance = std::max(4, whole_sqrt(static_cast<int>(limit_)));
  if (to_probe_-- <= 0) {
    to_probe_ = draw();
    probed_from_ = std::max(limit_, probed_from_);
    limit_ = std::max<double>(params_.min, allowance);
    least_ = 0;
    return;
  }
  const double latency = static_cast<double>(rtt.count());
  if (least_ == 0 || latency < least_) least_ = latency;
  const double gradient = std::max(0.5, std::min(1.0, params_.tolerance * least_ / latency));
  double next = 0;
  if (loss == Loss::kDropped) {
    next = limit_ * params_.backoff_ratio;
  } else if (in_flight < limit_ / 2) {
    return;
  } else {
    next = limit_ * gradient + allowance;
  }
  if (next < limit_) {
    next =
        std::max<double>(params_.min, limit_ * (1 - params_.smoothing) + params_.smoothing * next);
  }
  if (next < limit_ || next >= probed_from_) probed_from_ = 0;
  limit_ = std::max(allowance, std::min<double>(params_.max, next));
}

}  // namespace weir::simulator::rivals
