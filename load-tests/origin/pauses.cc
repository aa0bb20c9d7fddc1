#include "load-tests/origin/pauses.h"

#include <algorithm>

namespace weir::origin {

TimePoint Pauses::worked(TimePoint now) const {
  const Duration since = now - start_;
  if (length_ == Duration(0) || since < every_) return now;
  const auto begun = since / every_;  // the last of them may still last
  return now - (begun - 1) * length_ - std::min(since % every_, length_);
}

TimePoint Pauses::reached(TimePoint worked) const {
  const Duration since = worked - start_;
  if (length_ == Duration(0) || since <= every_) return worked;
  const Duration between = every_ - length_;
  // Work that ends where a pause begins has ended before it.
  const auto pauses = (since - every_ + between - Duration(1)) / between;
  return worked + pauses * length_;
}

}  // namespace weir::origin
