#include "proxy/backend/lag.h"

#include <algorithm>

namespace weir::backend {
namespace {

constexpr double kMeanOf = 32;     // answers
constexpr double kSpreadOf = 256;  // answers
// A rare slow request says nothing of its connection.
constexpr double kMostLate = 3;
constexpr double kEnough = 16;
constexpr double kMemory = 256;
constexpr double kLeastLater = 0.1;
// Less than that is who comes first in a turn of a loop, and no queue.
constexpr double kLeastLaterSeconds = 0.001;
constexpr double kErrors = 4;
// A new connection costs a round trip, and the others have to be compared without the last.
constexpr double kApart = 64;

}  // namespace

bool AnswerTimes::lags(Lag& one, double seconds) {
  if (seconds <= 0) return false;
  answers_ = std::min(answers_ + 1, kSpreadOf);
  if (mean_ <= 0) mean_ = seconds;
  const double late = std::min(seconds / mean_, kMostLate);
  mean_ += (late - 1) * mean_ / std::min(answers_, kMeanOf);
  const double later = late - usual_;
  usual_ += later / answers_;
  spread_ += (later * later - spread_) / answers_;
  one.answers += 1;
  one.later += later;
  if (one.answers >= kMemory) {
    one.answers /= 2;
    one.later /= 2;
  }
  since_last_ += 1;
  const bool lagging = one.answers >= kEnough && since_last_ >= kApart &&
                       one.later > kLeastLater * one.answers &&
                       one.later * mean_ > kLeastLaterSeconds * one.answers &&
                       one.later * one.later > kErrors * kErrors * spread_ * one.answers;
  if (lagging) since_last_ = 0;
  return lagging;
}

}  // namespace weir::backend
