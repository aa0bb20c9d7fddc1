#include "load-tests/simulator/rivals/envoy_gradient.h"

#include <algorithm>

namespace weir::simulator::rivals {
namespace {

double quantile_of(std::vector<double>& samples, double share) {
  const auto at = std::min(samples.size() - 1,
                           static_cast<size_t>(share * static_cast<double>(samples.size())));
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at),
                   samples.end());
  return samples[at];
}

}  // namespace

EnvoyGradient::EnvoyGradient(const Params& params, uint64_t seed)
    : params_(params), random_(seed), limit_(params.least) {
  begin_baseline(TimePoint{});
}

void EnvoyGradient::begin_baseline(TimePoint now) {
  measuring_ = true;
  epoch_ = now;
  limit_before_ = limit_;
  if (params_.pinned > 0) limit_ = params_.pinned;
  samples_.clear();
  next_update_ = TimePoint::max();
  next_baseline_ = TimePoint::max();
}

void EnvoyGradient::end_baseline(TimePoint now) {
  measuring_ = false;
  baseline_ = quantile_of(samples_, params_.quantile);
  samples_.clear();
  limit_ = limit_before_;
  at_least_in_a_row_ = 0;
  next_update_ = now + params_.update;
  const double every = limiters::to_seconds(params_.baseline_every);
  next_baseline_ = now + limiters::from_seconds(every * (1 + params_.jitter * random_.uniform()));
}

void EnvoyGradient::on_finished(const Finished& finished, int) {
  if (finished.outcome == Outcome::kIgnored || finished.granted < epoch_) return;
  samples_.push_back(limiters::to_seconds(finished.hold()));
  if (measuring_ && samples_.size() >= params_.baseline_samples) end_baseline(finished.now);
}

std::optional<TimePoint> EnvoyGradient::next() const {
  const TimePoint when = std::min(next_update_, next_baseline_);
  if (when == TimePoint::max()) return std::nullopt;
  return when;
}

void EnvoyGradient::on_time(TimePoint now) {
  if (now >= next_baseline_) return begin_baseline(now);
  next_update_ = now + params_.update;
  if (samples_.empty()) return;
  update();
  if (at_least_in_a_row_ >= 5) begin_baseline(now);
}

void EnvoyGradient::update() {
  const double now = std::max(quantile_of(samples_, params_.quantile), 1e-6);
  samples_.clear();
  const double gradient = std::clamp(baseline_ * (1 + params_.buffer) / now, 0.5, 2.0);
  const double limit = limit_ * gradient;
  const int before = limit_;
  limit_ = std::clamp(static_cast<int>(limit + std::sqrt(limit)), params_.least, params_.most);
  at_least_in_a_row_ = limit_ == before && limit_ == params_.least ? at_least_in_a_row_ + 1 : 0;
}

}  // namespace weir::simulator::rivals
