#include "load-tests/simulator/rivals/cinnamon_tuner.h"

#include <algorithm>

#include "load-tests/simulator/rivals/netflix_limit.h"

namespace weir::simulator::rivals {
namespace {

constexpr size_t kSamples = 50, kWindowsOfTarget = 30;
constexpr double kQuantile = 0.9, kSmoothing = 1.0 / 3;
constexpr int kMost = 1000;

}  // namespace

void CinnamonTuner::on_finished(const Finished& finished, int) {
  if (finished.outcome == Outcome::kIgnored) return;
  times_.push_back(limiters::to_seconds(finished.hold()));
  most_in_flight_ = std::max(most_in_flight_, finished.in_flight);
  if (times_.size() >= kSamples && finished.now - opened_ >= std::chrono::seconds(1))
    close(finished.now);
}

void CinnamonTuner::close(TimePoint now) {
  const auto at = static_cast<std::ptrdiff_t>(kQuantile * static_cast<double>(times_.size()));
  std::nth_element(times_.begin(), times_.begin() + at, times_.end());
  const double quantile = times_[static_cast<size_t>(at)];
  smoothed_ = smoothed_ == 0 ? quantile : smoothed_ + kSmoothing * (quantile - smoothed_);
  least_ = least_ == 0 ? smoothed_ : std::min(least_, smoothed_);
  target_ = target_ == 0 ? smoothed_ : std::min(target_, smoothed_);
  pairs_.push_back({static_cast<double>(most_in_flight_),
                    static_cast<double>(times_.size()) / limiters::to_seconds(now - opened_)});
  if (pairs_.size() >= kWindowsOfTarget) reset_target();
  step();
  opened_ = now;
  times_.clear();
  most_in_flight_ = 0;
}

double CinnamonTuner::covariance() const {
  double in_flight = 0, per_second = 0, both = 0;
  const auto count = static_cast<double>(pairs_.size());
  for (const Pair& pair : pairs_) {
    in_flight += pair.in_flight / count;
    per_second += pair.per_second / count;
    both += pair.in_flight * pair.per_second / count;
  }
  return both - in_flight * per_second;
}

void CinnamonTuner::reset_target() {
  const double together = covariance();
  if (together > 0) target_ = 0.9 * target_ + 0.1 * least_;
  if (together < 0) target_ *= 0.8;
  least_ = 0;
  pairs_.clear();
}

void CinnamonTuner::step() {
  const int by = whole_log10(limit_);
  const double queued = limit_ * (1 - target_ / smoothed_);
  if (queued > 5 * by) limit_ = std::max(1, limit_ - by);
  if (queued < 3 * by && most_in_flight_ * 2 >= limit_) limit_ = std::min(kMost, limit_ + by);
}

}  // namespace weir::simulator::rivals
