#pragma once

#include <algorithm>
#include <optional>

#include "limiters/limit_algorithm.h"
#include "limiters/under_limit.h"

// Which limit is enough to serve all who come, and when to hold to it; it does not know latencies.
namespace weir::limiters {

// The latency of a service with several queues (processes, shards, rows of a table) grows from the
// second request on, and yet more is done with each that is let in: there is no bend, and a limit
// that latency asks for turns away callers whom the service could serve. But a limit under which
// hardly anybody has to be turned away, or to wait, is not too high, whatever latency says. So
//
//   - where a lower one has callers turned away although no more come than were all served before,
//     and fewer are let in; or where they wait, and all are answered later: it was cut for nothing,
//     and goes back;
//   - a look at more that began where callers were turned away ends with it where all are served;
//     where markedly fewer are turned away, but some, it goes on to half as many more, until they
//     are not fewer any more.
//
// There it is held for as long as all are served. But callers who come again when they are answered
// are served by a limit that is too high, too: callers must be better off (worth.h) than by fewer.
// Where they were not to begin with, it goes back, and rests for longer and longer before it holds
// again. And after two thousand arrivals a third fewer are tried. Where these are all served, they
// are enough; where callers are worse off, more are held for twice as long; and where callers lack
// something and yet are not, latency may say how low.
//
// All is counted in arrivals. Where callers leave, or the service refuses them, nothing can be
// told: nobody has turned them away. Nor where they are answered far later than ever: there another
// proxy may have let in as many.
class Enough {
 public:
  struct Step {
    Cause cause;
    std::optional<double> limit;  // to go to; none: it stays
  };

  // A window that was granted under about `limit`; `told`: nobody left, and none are answered so
  // much later than ever that it cannot be for want of places.
  void note(const Window& window, double limit, bool told);
  // The limit has moved.
  void moved(double limit);

  // For long, whatever the limit was, many have been turned away, and still are; the last look is
  // not that recent.
  bool look_due() const;
  // The limit is raised, from `from` to `to`, to look what comes of it; before moved().
  void begin_look(double from, double to);
  // After each window. `looking`: a look at more goes on; then what is to be done about it, none if
  // others may judge it. Else what the limit is to be. kAllServed where it is held from now on.
  std::optional<Step> step(double limit, bool looking);

  // It is not to be cut from `limit` whatever latency says,
  bool holds(double limit) const { return held_ && held_->is_at(limit); }
  // nor raised: nobody lacks anything.
  bool suffices(double limit) const { return holds(limit) && here_.all_served(); }
  // Whether that is right is not known yet.
  bool proving() const { return held_ && !held_->proven; }
  // Fewer are tried.
  bool trying_less() const { return held_ && held_->tried_from; }

 private:
  struct Seen {
    double limit;
    UnderLimit what;
  };
  struct Held {
    double limit;
    double from;  // to go back to where that was wrong
    bool proven = false;
    std::optional<Seen> tried_from = {};  // of fewer that are tried: the limit before
    double arrived = 0;                   // since then

    bool is_at(double now) const;
  };
  struct Look {
    double from, to;
    UnderLimit before;
  };
  // From when it was wrong to hold, until it may go back again.
  class Rest {
   public:
    void note(double arrived) { since_ += arrived; }
    void wrong();
    void right() { length_ = kShortest; }
    bool over() const { return since_ >= length_; }
    // Twice at least since it was right.
    bool wrong_again() const { return length_ > 2 * kShortest; }

   private:
    static constexpr double kShortest = 500;

    double length_ = kShortest;
    double since_ = kShortest;
  };

  void forget();
  std::optional<Step> look(double limit);
  std::optional<Step> look_further(double limit);
  const UnderLimit& seen() const;
  void end_look();
  Step hold(double limit, double from);
  Step go_back(Rest& rest);
  std::optional<Step> check_hold(double limit);
  void prove();
  void let_go();
  std::optional<Step> try_less(double limit);
  std::optional<Step> judge_less();
  std::optional<Step> regret(double limit);
  bool better_off_by(const UnderLimit& known);
  Rest& rest() { return fewer_.turns_away() ? rest_of_turned_away_ : rest_of_waiting_; }

  static constexpr double kShortest = 2000;

  bool told_ = false;
  double limit_ = 0;            // under which here_ was seen
  UnderLimit here_;             // since the limit has moved by more than a little
  UnderLimit lately_;           // whatever the limit was
  UnderLimit fewer_;            // under lower ones that it did not hold to
  std::optional<Seen> known_;   // the last limit that was enough,
  std::optional<Seen> higher_;  // and the one before, if that was higher
  std::optional<Look> look_;
  std::optional<Held> held_;
  double hold_for_ = kShortest;
  Rest rest_of_turned_away_;
  Rest rest_of_waiting_;
  Rest rest_of_looks_;
};

}  // namespace weir::limiters
