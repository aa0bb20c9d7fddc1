#pragma once

#include <array>

#include "limiters/window.h"

// Whether a service that says "you have had your quota" means its callers or itself, by how many
// were in flight when it said so; it does not know who they were.
namespace weir::limiters {

// A service that takes so many at once refuses hardly anybody below that number and many beyond. A
// caller who has had his quota is refused whatever else is in flight, unless he comes in bursts,
// which are many in flight themselves. So what looks like a cap is tried: the limit goes there, and
// where one in ten is still refused it was none, the limit goes back, and the next trial has to
// wait four times as long. For callers that is one window in which they may be shed for nothing.
class ServiceCap {
 public:
  enum class Verdict : uint8_t {
    kNone,
    kFound,    // the limit is to go to most(), as a trial
    kRefuted,  // it is to go back to from()
  };
  // A window that was granted under the present limit, or nearly.
  Verdict note(const Window& window);
  // So many in flight are not refused, or hardly ever; while a cap was found and not refuted.
  double most() const { return most_; }
  // The limit before that.
  double from() const { return from_; }
  // The window shows that the service has too much: one in ten is over quota, and a cap is what it
  // means by that.
  bool refused(const Window& window) const;

 private:
  enum class State : uint8_t { kWatching, kTrying, kBelieved };
  struct Seen {
    double served = 0, refused = 0;
  };

  Verdict watch(const Window& window);
  double cap() const;
  void refute();

  State state_ = State::kWatching;
  std::array<Seen, kLevels> seen_{};  // by number in flight, since the last verdict
  double waited_ = 0;                 // samples since then
  double until_trial_ = 0;            // samples
  double most_ = 0, from_ = 0;
  double tried_ = 0;  // samples of a trial
  int strikes_ = 0;   // windows in a row that should not have been refused
};

}  // namespace weir::limiters
