#include "load-tests/simulator/rivals/netflix_limit.h"

#include <algorithm>
#include <cmath>

namespace weir::simulator::rivals {

int whole_log10(int number) {
  if (number < 1) return 1;
  const int whole = static_cast<int>(std::log10(number));
  return number < 1000 ? std::max(1, whole) : whole;
}

int whole_sqrt(int number) {
  const int whole = static_cast<int>(std::sqrt(number));
  return number < 1000 ? std::max(1, whole) : whole;
}

void NetflixLimiter::on_finished(const Finished& finished, int) {
  if (finished.outcome == Outcome::kIgnored) return;
  // The original throws for a time of 0.
  const Duration rtt = std::max(finished.hold(), Duration(1));
  inside_->on_sample(finished.granted, rtt, finished.in_flight,
                     finished.outcome == Outcome::kOverload ? Loss::kDropped : Loss::kNone);
}

}  // namespace weir::simulator::rivals
