#pragma once

#include "limiters/other_work.h"
#include "limiters/window.h"

// How many callers leave before their answer, and how those fare who stay; it does not know the
// limit.
namespace weir::limiters {

class Abandonment {
 public:
  // `least`: the limit that it was granted under cannot be lower, so that what is seen is how long
  // the service takes, whoever leaves.
  void note(const Window& window, bool least);
  // A window that was granted under another limit.
  void learn(const Window& window) { other_work_.note(window, healthy_); }

  // Of the last window ten or more left, more than were answered.
  bool most_leave() const { return most_leave_; }
  // Of the last window one in twenty left.
  bool some_leave() const { return some_leave_; }
  // Somebody has left since anybody was answered.
  bool nobody_answered() const { return left_ > 0; }
  // So many, or for so long, that what was known before has no witness any more.
  bool long_unanswered() const;
  // Who is answered although most leave waits for half as long again as when hardly anybody left,
  // by more than two standard errors.
  bool slow() const;
  // What was let in starves: nobody is answered, or who is waits for too long. Where those who
  // leave waited for other work, only when nobody has been answered for long.
  bool starving() const;
  const OtherWork& other_work() const { return other_work_; }
  // Latencies while hardly anybody left.
  const Level& usual() const { return healthy_; }

 private:
  bool most_leave_ = false;
  bool some_leave_ = false;
  double left_ = 0;  // since anybody was answered,
  double seconds_ = 0;
  Level healthy_;      // latencies while hardly anybody left,
  Level while_leave_;  // and since most do
  OtherWork other_work_;
};

}  // namespace weir::limiters
