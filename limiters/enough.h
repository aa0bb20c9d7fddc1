#pragma once

#include <optional>

#include "limiters/window.h"

// Which limit is enough to serve all who come, and when to hold to it; it does not know latencies.
namespace weir::limiters {

// The latency of a service with several queues (processes, shards, rows of a table) grows from the
// second request on, and yet more is done with each that is let in: there is no bend, and a limit
// that latency asks for turns away callers whom the service could serve. But a limit under which
// hardly anybody has to be turned away, or to wait, is not too high, whatever latency says. So
//
//   - where a lower one has callers turned away although no more come than were all served before,
//     and fewer are served, it was cut for nothing: it goes back;
//   - a look at more ends with it where all are served; where markedly fewer are turned away, but
//     some, it goes on to half as many more, until they are not fewer any more.
//
// There it is held for as long as all are served, and more of them than were before: callers who
// only come again when they are answered are never turned away by a limit that is too high, either.
// When that was wrong, it rests for longer and longer.
//
// All is counted in arrivals, the older ones fading. Where callers leave, or the service refuses
// them, nothing can be told: nobody has turned them away.
class Enough {
 public:
  // What was seen under one limit.
  struct Here {
    double arrived = 0, turned_away = 0, served = 0;
    double seconds = 0, waited_seconds = 0, place_seconds = 0;

    void add(const Window& window);
    double per_second() const { return seconds > 0 ? arrived / seconds : 0; }
    double served_per_second() const { return seconds > 0 ? served / seconds : 0; }
    double share_turned_away() const { return arrived > 0 ? turned_away / arrived : 0; }
    bool all_served() const;
    bool lacking() const;
    bool lacks_much() const;
    bool lacks_for_long() const;
    bool turns_away_for_long() const;
  };
  // A window that was granted under about `limit`.
  void note(const Window& window, double limit);
  // The limit has moved by more than a little: what comes now is under another one.
  void moved() {
    here_ = {};
    looking_ = false;
  }
  // It cannot be told: nothing is known any more.
  void forget();

  const Here& here() const { return here_; }
  // The limit has been raised to look what comes of it, from where that was seen.
  void begin_look(const Here& before) {
    looking_ = true;
    of_fewer_ = before.served_per_second();
    before_ = before;
  }
  enum class Look : uint8_t {
    kWait,       // not known yet
    kNotEnough,  // others may judge it
    kBetter,     // than before, but not enough: to be raised again
    kEnough      // and held
  };
  // What has come of it; without a look, not enough.
  Look look();

  // The limit to go back to, which it holds from now on; to be asked after each window.
  std::optional<double> regret(double limit);
  // It is not to be cut whatever latency says.
  bool holds() const { return held_; }
  // For long, whatever the limit was, callers have been turned away.
  bool lacks_for_long() const { return lately_.turns_away_for_long(); }
  // It went back, and whether that was right is not known yet.
  bool proving() const { return held_ && of_fewer_ > 0; }

 private:
  struct Known {
    double limit, per_second;
  };

  Look better() const;
  void give_up();

  static constexpr double kRest = 500;  // after it was wrong, at first

  Here here_;
  Here before_;
  Here lately_;                 // whatever the limit was
  std::optional<Known> known_;  // the last limit that was enough, and how many came then
  bool looking_ = false;
  bool held_ = false;
  double of_fewer_ = 0;  // served a second by fewer, as long as more have not served more
  double rest_ = kRest;  // from when that was not right, until it may go back again
  double since_wrong_ = kRest;
};

}  // namespace weir::limiters
