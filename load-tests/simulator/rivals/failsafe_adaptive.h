#pragma once

#include <vector>

#include "load-tests/simulator/rule.h"

// A smoothed high quantile of the times against its own average, and whether times and throughput
// go with the number in flight: the reference follows whatever lasts.
//
// Source: failsafe-go v0.9.8, adaptivelimiter. A window has at least 50 samples and lasts at least
// a second or two of its least times, at most 30 s; its p90, the median of the last five, an
// average of age 5 and one of age 10 (both plain means of their first ten), 50 pairs of the most in
// flight with that time and with a throughput that is one over the other; at most five times the
// most in flight. In order: long queue, full and throughput falling with the number, full and times
// rising with it while throughput hardly does, short queue. The step is at least 1.
//
// The original's quantile is a t-digest of compression 100. Ours is exact, and read as a t-digest
// reads what it has not merged: halfway ranks, a straight line in between. Its queue is off by
// default and not restated. Our choice of outcomes, after its executor and time-outs: what is
// cancelled, timed out or refused is dropped, errors are times like others.
namespace weir::simulator::rivals {

// Sums of the last so many values, as a rolling window keeps them.
class MovingSum {
 public:
  explicit MovingSum(size_t capacity) : capacity_(capacity) {}
  // What had to go for it; 0 when nothing had. A value of 0 is not taken.
  double add(double value);
  size_t size() const { return values_.size(); }
  double mean() const { return sum_ / static_cast<double>(size()); }
  double variance() const { return squares_ / static_cast<double>(size()) - mean() * mean(); }

 private:
  const size_t capacity_;
  std::vector<double> values_;
  size_t next_ = 0;
  double sum_ = 0, squares_ = 0;
};

// Whether two things go together, of the last so many pairs.
class Correlation {
 public:
  explicit Correlation(size_t capacity) : x_(capacity), y_(capacity) {}
  // 0 while there are fewer than ten pairs or either hardly varies.
  struct Result {
    double correlation = 0;
    double y_variation = 0;  // standard deviation over mean
  };
  Result add(double x, double y);

 private:
  MovingSum x_, y_;
  double products_ = 0;
};

class FailsafeAdaptive final : public Rule {
 public:
  struct Params {
    int initial = 20, min = 1, max = 200;
    double most_over_in_flight = 5;
    Duration min_window = std::chrono::seconds(1);
    Duration max_window = std::chrono::seconds(30);
    size_t samples = 50;
    double quantile = 0.9;
    int baseline_age = 10;
    size_t pairs = 50;
  };

  FailsafeAdaptive() : FailsafeAdaptive(Params{}) {}
  explicit FailsafeAdaptive(const Params& params);

  void on_finished(const Finished& finished, int in_flight) override;
  double limit() const override { return limit_; }

 private:
  // A plain mean of the first ten, then exponential.
  struct Average {
    explicit Average(int age) : weight(2.0 / (age + 1)) {}
    double add(double value);
    const double weight;
    int count = 0;
    double sum = 0, value = 0;
  };
  enum class Change : int8_t { kLess = -1, kHold = 0, kMore = 1 };

  void close(TimePoint now, bool full);
  double quantile();
  double median(double newest);
  void update(double recent, int most_in_flight, bool full);
  Change change(double recent, int most_in_flight, bool full);

  const Params params_;
  double limit_;
  std::vector<double> times_;  // of this window, nanoseconds
  int most_in_flight_ = 0;
  TimePoint next_{};
  std::vector<double> last_;  // the newest five quantiles
  Average recent_{5}, baseline_;
  Correlation throughputs_, latencies_;
};

}  // namespace weir::simulator::rivals
