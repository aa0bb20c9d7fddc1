#pragma once

#include <utility>

#include "limiters/window.h"

// How many places callers hold who wait for other work than those who are answered, and will leave,
// and how the others fare beside them; it does not know why that hangs.
namespace weir::limiters {

// Of the places that were taken, on average, those of who was answered are as many as their
// latencies are together, by the second (Little's law, L = lambda W); the rest hang.
class HungPlaces {
 public:
  // `apart`: see OtherWork; without it they are soon taken for callers like all others. `limit`:
  // how many places the others are to have.
  void note(const Window& window, bool apart, double limit);
  void forget() { *this = {}; }

  // Places to make up for, beside the limit: as many as hang, and as they stray by, for the others
  // are to have theirs most of the time.
  double places(double limit) const;

  // kSlowAnyhow: half of the limit has made them no quicker, it is not their queue; from now on
  // that is usual.
  enum class Others : uint8_t { kAsEver, kQuicker, kSlower, kSlowAnyhow };
  // Those who are answered, by all since it last told something else than kAsEver, and what is
  // usual without those who hang. `limit`: see note().
  Others others(const Level& usual, double limit);
  // The limit from which it was cut for nothing.
  double let_go_of_cut() { return std::exchange(cut_from_, 0); }

 private:
  void estimate(const Window& window, double at_work);
  Others slower(double limit);

  double hung_ = 0;
  double strays_ = 0;  // by so many, on average
  Level answered_;
  Level usual_;          // without those who hang, or what has become usual beside them
  double cut_from_ = 0;  // the limit before it was cut for those who are slower,
  double before_ = 0;    // and how long they took then, on average
};

}  // namespace weir::limiters
