#pragma once

#include <limits>
#include <memory>

#include "load-tests/simulator/rivals/netflix_limit.h"

// Gives a rule one sample for a window of many; it does not know what the rule makes of it.
//
// Source: Netflix/concurrency-limits, concurrency-limits-core 0.5.3, commit 414f64d,
// limit/WindowedLimit with limit/window/ImmutableAverageSampleWindow: the mean time (whole
// nanoseconds), the most in flight, whether anything was dropped. A window ends with the first
// sample that ends after its time, that one included; so the very first sample is a window of its
// own. Fewer than 10 samples are thrown away. Samples below the threshold vanish, dropped or not.
namespace weir::simulator::rivals {

class NetflixWindowed final : public NetflixLimit {
 public:
  struct Params {
    Duration min_window = std::chrono::seconds(1);
    Duration max_window = std::chrono::seconds(1);
    int samples = 10;
    Duration threshold = std::chrono::microseconds(100);
  };

  explicit NetflixWindowed(std::unique_ptr<NetflixLimit> inside)
      : NetflixWindowed(Params{}, std::move(inside)) {}
  NetflixWindowed(const Params& params, std::unique_ptr<NetflixLimit> inside)
      : params_(params), inside_(std::move(inside)) {}

  int limit() const override { return inside_->limit(); }
  bool probing() const override { return inside_->probing(); }
  void on_sample(TimePoint start, Duration rtt, int in_flight, Loss loss) override;

 private:
  struct Window {
    Duration least{std::numeric_limits<int64_t>::max()};
    Duration sum{0};
    int most_in_flight = 0;
    int count = 0;
    Loss loss = Loss::kNone;
  };

  const Params params_;
  const std::unique_ptr<NetflixLimit> inside_;
  Window window_;
  TimePoint next_;
};

}  // namespace weir::simulator::rivals
