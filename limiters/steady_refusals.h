#pragma once

#include "limiters/window.h"

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
  // A share that was found to be refused whatever is sent, and hardly more than that: no reason to
  // send less. Asked again after half a minute, and each time that it is found anew after twice as
  // long: a cap may have taken its place.
  bool steady() const { return steady_ > 0 && now_.share() <= steady_ + kRefused; }
  // One in ten was refused lately.
  bool refusing() const { return now_.share() >= kRefused; }

 private:
  static constexpr double kRefused = 0.1;  // less may happen to any service
  static constexpr double kFirst = 30;     // seconds that the first verdict holds

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
  double holds_ = 0;    // seconds that the verdict still holds, and the next one
  double next_holds_ = kFirst;
};

}  // namespace weir::limiters
