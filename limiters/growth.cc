#include "limiters/growth.h"

#include <algorithm>

namespace weir::limiters {
namespace {

// In samples.
constexpr double kLate = 1000;
constexpr double kLatest = 3000;  // divided by the limit
constexpr double kLongAgo = 256;

}  // namespace

double Growth::step(double limit, bool below) {
  if (grown_) {
    rest_little();
    if (below) step_ = std::min(1.0, step_ * 2);
  }
  grown_ = limit;
  return below ? step_ : kFirstStep;
}

std::optional<double> Growth::just_grown_from(double limit) const {
  if (!grown_ || *grown_ >= limit || unmoved_ >= kLongAgo) return std::nullopt;
  return grown_;
}

void Growth::put_off(double limit) {
  if (grown_) until_next_ = std::min(until_next_ * 2, std::max(kLate, kLatest / limit));
  forget_last();
  small_steps();
}

void Growth::small_steps() { step_ = kFirstStep; }

void Growth::rest_little() { until_next_ = kSoon; }

void Growth::restart() {
  forget_last();
  small_steps();
  rest_little();
}

void Growth::restart_doubling() {
  restart();
  step_ = 1;
}

}  // namespace weir::limiters
