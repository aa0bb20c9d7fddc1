#pragma once

#include <array>

#include "limiters/knee_curve.h"
#include "limiters/level.h"
#include "limiters/timeline.h"

// How long a request would hold its place behind a limit, from how long all hold theirs while
// nobody is held back; it does not know who would be let in.
namespace weir::limiters {

// With n inside, of whom none is beyond the limit L, a place would be held for
//
//   H(n) = B max(1, n / c)
//
// where B and c are those of knee_curve.h, fitted to the times for which places are really held by
// the number in flight at the grant. Only what was seen of 2 L or fewer counts, unless that is next
// to nothing: what takes how long with a hundred times as many inside is not asked.
//
//   (a) all at once, each in its own time: H = B whatever n is, and L / B are done a second. Exact,
//       however many are really inside, for no bend is seen;
//   (b) a pool of c with a line inside: H = B up to c, and n / H = c / B a second beyond. Exact;
//   (c) a processor that c share: the same as far as the number stays while a request is inside. In
//       an overload it grows, the request takes longer than the number at its grant explains, and H
//       becomes too long. An estimate, the better the more was seen of few in flight.
//
// Nothing is forgotten by age. So it is an estimate, too, where few in flight were never seen, or
// long ago: overload since the first request, when B is known by one or two, and of (c) by none; a
// service that becomes slower while it is full, which looks like a longer line.
class DryHolding {
 public:
  // One was held for so long. `in_flight`: at its grant, itself included.
  void add(Duration held, int in_flight, int limit, TimePoint now);
  // Something is.
  bool known() const { return knee_.baseline > 0; }
  Duration of(int inside) const;

 private:
  void fit(int limit);

  std::array<Level, kLevels> fresh_{};  // since the last fit
  KneeCurve all_;
  Knee knee_;
  TimePoint next_fit_ = TimePoint::min();
};

}  // namespace weir::limiters
