#include "load-tests/simulator/rivals/netflix_windowed.h"

#include <algorithm>

namespace weir::simulator::rivals {

void NetflixWindowed::on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) {
  if (rtt < params_.threshold) return;
  window_.least = std::min(window_.least, rtt);
  window_.sum += rtt;
  window_.most_in_flight = std::max(window_.most_in_flight, in_flight);
  ++window_.count;
  if (loss == Loss::kDropped) window_.loss = loss;
  const TimePoint end = start + rtt;
  if (end <= next_) return;
  const Window closed = std::exchange(window_, Window{});
  next_ = end + std::min(std::max(closed.least * 2, params_.min_window), params_.max_window);
  if (closed.count < params_.samples) return;
  inside_->on_sample(start, closed.sum / closed.count, closed.most_in_flight, closed.loss);
}

}  // namespace weir::simulator::rivals
