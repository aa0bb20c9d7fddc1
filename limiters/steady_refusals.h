#pragma once

#include "limiters/sample.h"

// Whether a service refuses a share of its callers whatever is sent to it, as when one of several
// replicas is broken, or one caller asks for what it does not have; it does not know the limit.
namespace weir::limiters {

// While refusals have cut the limit, less and less is sent. A service that has too much refuses a
// smaller share then: beyond a rate, 1 - (1 - p) r / r' of what is sent at r', when it refused p of
// what was sent at r, and even less beyond a number inside. One that refuses some callers whatever
// its load is refuses p of any rate. So as soon as a third less is sent, the share is held against
// the middle between the two, of requests that were sent one after the other: who times out tells
// of what was sent long ago. Where nearly all is refused, nothing is lost by sending less.
class SteadyRefusals {
 public:
  // Windows in which one in ten is refused, and others; true when this one shows it.
  bool note(const Window& window);
  // A share that was found to be refused whatever is sent, and not much more than that: no reason
  // to send less.
  bool steady() const { return steady_ > 0 && now_.share() <= steady_ * kAlike; }

 private:
  static constexpr double kAlike = 1.5;

  struct Sent {
    double sent = 0, refused = 0, seconds = 0;

    double share() const { return sent > 0 ? refused / sent : 0; }
    double per_second() const { return seconds > 0 ? sent / seconds : 0; }
    void add(const Sent& other);
    void keep(double most);
  };

  bool judge();

  Sent now_;            // the last few, whenever they were sent
  Sent more_, less_;    // while more was sent, and less
  double steady_ = 0;   // the share that is refused whatever is sent
  double without_ = 0;  // seconds since any was refused
};

}  // namespace weir::limiters
