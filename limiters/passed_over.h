#pragma once

#include <cmath>

#include "limiters/timeline.h"

// Whether some of those who wait for an answer are passed over, while others, who came later, get
// theirs; it does not know who they are.
namespace weir::limiters {

// Where each is answered in turn, as much waiting ends as goes on: n who wait for a second are n
// seconds, and those who are answered in it had waited for as long, together. Where the newest go
// first, or some starve, it does not end, and the latencies of those who are answered tell nothing
// of it, however many are inside. Waiting is remembered for several times as long as it takes, for
// the slow requests of a service are not passed over.
class PassedOver {
 public:
  // Of a service; the sums are of those who wait no more, since ever.
  struct Waits {
    double waiting = 0;         // for an answer, now
    double waited_seconds = 0;  // remembered(), together,
    double waited_squares = 0;  // and the squares of how long they had waited, in seconds
  };

  // It is looked at every so often.
  explicit PassedOver(Duration every) : every_(to_seconds(every)) {}

  // `latency`: of an answer, in seconds; 0: nothing new.
  void look(const Waits& now, double latency);
  // Of those who wait, these are passed over; 0 where it may be chance.
  double share() const;
  // In seconds: waiting fades with that time.
  double memory() const;
  // What is left of waiting that has gone on for `waited`, all in seconds: what is older than
  // `memory` is forgotten, and who has waited for longer than that must not make up for others.
  static double remembered(double waited, double memory) {
    return waited * 16 < memory ? waited : -memory * std::expm1(-waited / memory);
  }

 private:
  const double every_;
  Waits before_;
  double goes_on_ = 0;  // seconds of waiting, lately,
  double ended_ = 0;    // and of those who waited no more
  double seconds_ = 0;  // that these are of
  double latency_ = 0;
  double long_ended_ = 0;    // seconds of waiting that have ended, for longer,
  double long_squares_ = 0;  // and their squares
};

}  // namespace weir::limiters
