#include "load-tests/simulator/rivals/netflix_aimd.h"

#include <algorithm>

namespace weir::simulator::rivals {

void NetflixAimd::on_sample(TimePoint, Duration rtt, int in_flight, Loss loss) {
  int next = limit_;
  if (loss == Loss::kDropped || rtt > params_.timeout) {
    next = static_cast<int>(limit_ * params_.backoff_ratio);
  } else if (in_flight * 2 >= limit_) {
    next = limit_ + 1;
  }
  limit_ = std::min(params_.max, std::max(params_.min, next));
}

}  // namespace weir::simulator::rivals
