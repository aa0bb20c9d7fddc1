#pragma once

#include <array>
#include <cstddef>
#include <functional>

#include "limiters/refusal_counts.h"

// Whether the service has a limit of its own on how many are in flight, by whom it refuses; it does
// not know who they were.
namespace weir::limiters {

// A service that takes only so many at once refuses hardly anybody while few are in flight, and
// nearly all beyond: then those were too many in all, and a lower limit helps. One that counts the
// requests of each caller turns away whoever has had his, however few are in flight, and one that
// is broken fails whoever comes: a lower limit would only make others pay. So let m be the median
// number in flight of those who were refused. There is such a limit where
//
//   at most 1 in 50 was refused of those with 2/3 m in flight or fewer, at least 50 of them,
//   at least 4 in 5 of those with m or more;
//
// and no more once 1 in 10 of the former are. What was seen fades by number, never by age.
class OwnLimit {
 public:
  struct Share {
    double taken = 0, refused = 0;
    double all() const { return taken + refused; }
  };
  // The totals so far of those who were granted with so many in flight, over all loops.
  using Read = std::function<Share(size_t place)>;

  // Cheap enough for every window, not for every request: it looks at all places.
  void update(const Read& read);
  bool is_there() const { return is_there_; }

 private:
  void note(const Read& read);
  size_t median() const;
  Share between(size_t from, size_t until) const;

  std::array<Share, RefusalCounts::kPlaces> before_{}, seen_{};
  bool is_there_ = false;
};

}  // namespace weir::limiters
