#pragma once

#include "limiters/window.h"

// How sure it has to be that the limit is above the knee before it is cut; it knows neither of the
// two.
namespace weir::limiters {

// All in how much the logarithm of the knee's likelihood may fall, of which two are two standard
// errors. In calm nobody is turned away and there is no hurry; and the more often it was asked, the
// surer it has to be, for what is asked often is found once by chance. Where for long no place was
// ever free, as when callers come again as soon as they are answered, there is no calm.
class Caution {
 public:
  static constexpr double kUnderOverload = 1.25;

  // A window that the limit was judged by; one sample at least.
  void note(const Window& window);
  // `slow_start`: a first cut ends it, so it has to be sure.
  double unlikely(bool slow_start) const;

 private:
  bool overloaded_ = false;
  double standing_ = 0;  // samples since a place was free
  double judged_ = 0;    // samples, ever
};

}  // namespace weir::limiters
