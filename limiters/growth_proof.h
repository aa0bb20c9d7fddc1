#pragma once

#include <algorithm>

#include "limiters/level.h"

// Whether growth has to be proven first, for latency is far above the least that was ever seen, and
// when that is tried; it does not know the limit.
namespace weir::limiters {

// All else that is believed of a service is relative: how latency changes with the number in
// flight, and what it has changed to. Where several proxies stand before one service each believes
// the load of the others to be slowness, and they push each other up without end. So latency is
// held against something that does not move along: the least mean that a hundred answers, one after
// the other, ever had. Beyond two and a half times that, more are let in only as a trial in doubt
// (trial.h), of twice and half as many more in turn, since twice as many go beyond a knee that is
// not far; after 250 samples under a limit, later and later. A trial that shows no queue makes what
// it saw the new least: the service is slower now.
//
// All of the mean logarithm, which some that take very long hardly move.
class GrowthProof {
 public:
  // All latencies of a window.
  void note(const Level& all);

  // Whether latencies near the limit are so far above the least.
  bool needed(const Level& near) const;
  // Or so far above that it is no service that all who come could be served by.
  bool hopeless() const;
  // So many samples after the limit last moved.
  bool due(double unmoved) const { return unmoved >= until_next_; }
  // A trial begins, of so many times the limit.
  double begin();
  // It will be put off for longer.
  void put_off() { until_next_ = std::min(until_next_ * 2, kLatest); }
  // It was given: more were answered as fast.
  void given(const Level& near);

 private:
  static constexpr double kSoon = 250;  // samples
  static constexpr double kLatest = 4000;

  Level recent_;
  Level lasting_;
  double least_ = 0;  // seconds; 0: not known
  double until_next_ = kSoon;
  bool far_ = false;
};

}  // namespace weir::limiters
