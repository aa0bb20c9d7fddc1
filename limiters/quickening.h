#pragma once

#include "limiters/level.h"

// Whether a service answers faster than it did under the same limit, which is how one that has
// become wider shows before more is sent to it; it does not know the curve.
namespace weir::limiters {

// A cumulative sum of log-likelihood ratios (Page 1954) of latencies with the mean that was known,
// m, against one that is lower by the share that one place fewer in the queue makes, f m: for
// exponential times n ln(1 / f) - sum (1 / (f m) - 1 / m), and for others that over their variance
// as a share of the mean. What was known is not known well, so that by chance it is true once in
// 700 samples of three in flight and once in 2,000 of twenty-four: about as often as a limit is
// felt for anyhow, and a step too many is soon taken back.
class Quickening {
 public:
  // The limit has moved: what was known holds no more, but `known`, latencies near the new one.
  void restart(const Level& known) {
    *this = {};
    known_ = known;
  }
  // `near`: latencies at or just below `limit`, new ones; `spread` is their standard deviation, as
  // a share of their mean. True when they, with those that came since it was last likely that
  // nothing had changed, are faster, and not by chance.
  bool note(const Level& near, int limit, double spread);
  // Those.
  const Level& since() const { return since_; }

 private:
  Level known_, since_;
  double ratio_ = 0;
};

}  // namespace weir::limiters
