#include "load-tests/simulator/rivals/netflix_vegas.h"

#include <algorithm>
#include <cmath>

namespace weir::simulator::rivals {

NetflixVegas::NetflixVegas(const Params& params, uint64_t seed)
    : params_(params),
      random_(seed),
      limit_(params.initial),
      jitter_(random_.uniform(params.least_jitter, params.most_jitter)) {}

void NetflixVegas::on_sample(TimePoint, Duration rtt, int in_flight, Loss loss) {
  ++since_probe_;
  if (jitter_ * params_.probe_multiplier * limit_ <= since_probe_) {
    jitter_ = random_.uniform(params_.least_jitter, params_.most_jitter);
    since_probe_ = 0;
    least_ = rtt;
    return;
  }
  if (least_ == Duration(0) || rtt < least_) {
    least_ = rtt;
    return;
  }
  // The order of the product is the original's: 22 (1 - 20/22) is a little more than 2.
  const int queued = static_cast<int>(std::ceil(
      limit_ * (1 - static_cast<double>(least_.count()) / static_cast<double>(rtt.count()))));
  const int step = whole_log10(static_cast<int>(limit_));
  if (loss == Loss::kDropped) {
    move_to(limit_ - step);
  } else if (in_flight * 2 < limit_) {
    return;
  } else if (queued <= step) {
    move_to(limit_ + 6 * step);
  } else if (queued < 3 * step) {
    move_to(limit_ + step);
  } else if (queued > 6 * step) {
    move_to(limit_ - step);
  }
}

void NetflixVegas::move_to(double limit) {
  limit = std::max(1.0, std::min<double>(params_.max, limit));
  limit_ = (1 - params_.smoothing) * limit_ + params_.smoothing * limit;
}

}  // namespace weir::simulator::rivals
