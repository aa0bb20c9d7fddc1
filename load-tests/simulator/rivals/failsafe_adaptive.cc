#include "load-tests/simulator/rivals/failsafe_adaptive.h"

#include <algorithm>

#include "load-tests/simulator/rivals/netflix_limit.h"

namespace weir::simulator::rivals {
namespace {

constexpr int kWarmUp = 10;
constexpr size_t kMedianOf = 5;
constexpr double kLeastVariation = 0.01;

}  // namespace

double MovingSum::add(double value) {
  if (value == 0) return 0;
  double gone = 0;
  if (size() < capacity_) {
    values_.push_back(value);
  } else {
    gone = std::exchange(values_[next_], value);
    sum_ -= gone;
    squares_ -= gone * gone;
  }
  sum_ += value;
  squares_ += value * value;
  next_ = (next_ + 1) % capacity_;
  return gone;
}

Correlation::Result Correlation::add(double x, double y) {
  const double old_x = x_.add(x);
  const double old_y = y_.add(y);
  products_ -= old_x * old_y;
  products_ += x * y;
  const double x_variance = x_.variance(), y_variance = y_.variance();
  // Rounding may leave less than nothing.
  if (x_.size() < kWarmUp || x_variance < 0 || y_variance < 0) return {};
  const double x_variation = std::sqrt(x_variance) / x_.mean();
  const double y_variation = std::sqrt(y_variance) / y_.mean();
  if (x_variation < kLeastVariation || y_variation < kLeastVariation) return {0, y_variation};
  const double covariance = products_ / static_cast<double>(x_.size()) - x_.mean() * y_.mean();
  return {covariance / (std::sqrt(x_variance) * std::sqrt(y_variance)), y_variation};
}

double FailsafeAdaptive::Average::add(double newest) {
  if (count < kWarmUp) {
    ++count;
    sum += newest;
    value = sum / count;
  } else {
    value = value * (1 - weight) + newest * weight;
  }
  return value;
}

FailsafeAdaptive::FailsafeAdaptive(const Params& params)
    : params_(params),
      limit_(params.initial),
      baseline_(params.baseline_age),
      throughputs_(params.pairs),
      latencies_(params.pairs) {}

void FailsafeAdaptive::on_finished(const Finished& finished, int in_flight) {
  if (finished.outcome == Outcome::kSuccess || finished.outcome == Outcome::kFailure) {
    times_.push_back(static_cast<double>(finished.hold().count()));
    most_in_flight_ = std::max(most_in_flight_, finished.in_flight);
  }
  if (finished.now <= next_ || times_.size() < params_.samples) return;
  close(finished.now, in_flight >= static_cast<int>(limit_));
}

void FailsafeAdaptive::close(TimePoint now, bool full) {
  std::sort(times_.begin(), times_.end());
  update(recent_.add(median(quantile())), most_in_flight_, full);
  const Duration two_of_least(static_cast<int64_t>(times_.front()) * 2);
  next_ = now + std::min(std::max(two_of_least, params_.min_window), params_.max_window);
  times_.clear();
  most_in_flight_ = 0;
}

double FailsafeAdaptive::quantile() {
  const double rank = params_.quantile * static_cast<double>(times_.size()) - 0.5;
  if (rank <= 0) return times_.front();
  const auto below = static_cast<size_t>(rank);
  if (below + 1 >= times_.size()) return times_.back();
  const double share = rank - static_cast<double>(below);
  return times_[below] * (1 - share) + times_[below + 1] * share;
}

// The newest itself until there are five.
double FailsafeAdaptive::median(double newest) {
  last_.push_back(newest);
  if (last_.size() < kMedianOf) return newest;
  if (last_.size() > kMedianOf) last_.erase(last_.begin());
  std::vector<double> sorted = last_;
  std::sort(sorted.begin(), sorted.end());
  return sorted[kMedianOf / 2];
}

FailsafeAdaptive::Change FailsafeAdaptive::change(double recent, int most_in_flight, bool full) {
  const double baseline = baseline_.add(recent);
  const int queued = static_cast<int>(std::ceil(limit_ * (1 - baseline / recent)));
  const auto throughput = throughputs_.add(most_in_flight, most_in_flight / (recent / 1e9));
  const double latency = latencies_.add(most_in_flight, recent).correlation;
  const int step = whole_log10(static_cast<int>(limit_));
  if (queued > 6 * step) return Change::kLess;
  if (full && throughput.correlation < 0) return Change::kLess;
  if (full && latency > 0.5 && (throughput.correlation < 0.3 || throughput.y_variation < 0.2))
    return Change::kLess;
  return queued < 3 * step ? Change::kMore : Change::kHold;
}

void FailsafeAdaptive::update(double recent, int most_in_flight, bool full) {
  const int step = whole_log10(static_cast<int>(limit_));
  const double most = most_in_flight * params_.most_over_in_flight;
  double next = limit_ + static_cast<int>(change(recent, most_in_flight, full)) * step;
  // Above what is in use it comes down by steps as well.
  if (next > most) next = limit_ > most ? limit_ - step : most;
  limit_ = std::max<double>(params_.min, std::min<double>(params_.max, next));
}

}  // namespace weir::simulator::rivals
