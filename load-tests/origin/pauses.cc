#include "load-tests/origin/pauses.h"

#include <algorithm>

namespace weir::origin {

TimePoint Pauses::worked(TimePoint now) const {
  now = without_stalls(now);
  const Duration since = now - start_;
  if (length_ == Duration(0) || since < every_) return now;
  const auto begun = since / every_;  // the last of them may still last
  return now - (begun - 1) * length_ - std::min(since % every_, length_);
}

TimePoint Pauses::reached(TimePoint worked) const {
  const Duration since = worked - start_;
  if (length_ == Duration(0) || since <= every_) return with_stalls(worked);
  const Duration between = every_ - length_;
  // Work that ends where a pause begins has ended before it.
  const auto pauses = (since - every_ + between - Duration(1)) / between;
  return with_stalls(worked + pauses * length_);
}

TimePoint Pauses::without_stalls(TimePoint now) const {
  Duration lost{};
  for (const Stall& stall : stalls_) {
    const TimePoint begin = start_ + stall.at;
    if (begin >= now) break;
    lost += std::min(now - begin, stall.length);
  }
  return now - lost;
}

TimePoint Pauses::with_stalls(TimePoint moved) const {
  for (const Stall& stall : stalls_) {
    if (moved <= start_ + stall.at) break;
    moved += stall.length;
  }
  return moved;
}

}  // namespace weir::origin
