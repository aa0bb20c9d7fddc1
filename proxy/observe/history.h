#pragma once

#include <deque>
#include <string>

#include "proxy/observe/sources.h"

// The last minutes, second by second, for the live page and for figures over a while; it does not
// know how they are drawn.
namespace weir::observe {

class History {
 public:
  // `sources` and `timeline` outlive it.
  History(Sources& sources, limiters::Timeline& timeline);
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  static constexpr size_t kSeconds = 300;
  // Rolling over the last minute, so that two who read do not rob each other.
  int peak_in_flight() const;
  // Share of the last second that the loop was busy, [0, 1].
  double busy_ratio(size_t loop) const;
  // The last whole second, all 0 before there was one.
  struct Second {
    double served = 0, shed = 0, failed = 0;  // requests
    double p50_seconds = 0, p99_seconds = 0;  // of those served, as clients see it; 0: none
    double overload_answers = 0;              // of the service, which are served
  };
  Second last_second() const;
  // {"limit": [...], "in_flight": [...], ...}: one array per figure, one value per second, the
  // newest last.
  std::string json() const;

 private:
  struct Point {
    double limit, in_flight, waiting, served, shed, failed;
    double p50_seconds, p99_seconds, baseline_seconds, overload_answers;
    int peak_in_flight;
    std::vector<double> busy;
  };
  void take();

  Sources& sources_;
  limiters::Timeline& timeline_;
  MetricsShard::Totals before_;
  std::vector<limiters::Duration> busy_before_;
  std::deque<Point> points_;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir::observe
