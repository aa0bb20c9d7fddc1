#pragma once

#include <algorithm>

// So many a second, with a tenth of a second's saved up at most; it knows no clock.
namespace weir::simulator {

class TokenBucket {
 public:
  // False when there is none left. `per_second` above 0, and at least one can be saved up.
  bool take(double per_second, double now_seconds) {
    const double more = (now_seconds - filled_seconds_) * per_second;
    tokens_ = std::min(std::max(1.0, 0.1 * per_second), tokens_ + more);
    filled_seconds_ = now_seconds;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double tokens_ = 0, filled_seconds_ = 0;
};

}  // namespace weir::simulator
