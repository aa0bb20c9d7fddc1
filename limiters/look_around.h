#pragma once

#include "limiters/window.h"

// When the limit is to be moved only to learn something, and whether to more or to fewer; it does
// not know the limit, nor what is found there.
namespace weir::limiters {

// Under overload that lasts, when somebody is turned away anyhow; or where for long nearly all
// places were taken, as by callers who come again at once, and so little is known of fewer that no
// bend would show. Once in a thousand samples, and unless the last look was a surprise later less
// often, and not within a second.
class LookAround {
 public:
  // A window that the limit was judged by; one sample at least.
  void note(const Window& window);

  // `of_fewer`: samples that are known of far fewer in flight than the limit, as below.
  // `slow_start`: more are let in anyhow where somebody is turned away.
  bool due(double of_fewer, bool slow_start) const;
  // One begins: to more, else to fewer. In turn, but to fewer where little is known of them.
  bool to_more(double of_fewer);
  // One has ended, or what is as good.
  void ended(bool surprise);
  // So few that a look there is not to be put off.
  static bool hardly_known(double of_fewer);

 private:
  static constexpr double kOften = 1000;  // samples from one to the next, at first

  double overloaded_ = 0;  // samples since more is asked for than can be done
  double crowded_ = 0;     // samples since more than a few places were free
  double since_ = 0;       // samples since the last one, and seconds
  double since_seconds_ = 0;
  double until_next_ = kOften;     // samples from that one to the next, and seconds
  double until_next_seconds_ = 0;  // whichever comes last: what a look costs is time
  bool less_next_ = false;
};

}  // namespace weir::limiters
