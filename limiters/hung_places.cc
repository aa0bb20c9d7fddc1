#include "limiters/hung_places.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kNew = 0.5;  // of a window, in the estimate,
constexpr double kNewStray = 0.1;
constexpr double kFadeSeconds = 2;
constexpr double kTooLittle = 0.5;  // of the limit, for those who are answered
constexpr double kMany = 10;        // answers: they do find room
constexpr double kStep = 0.35;
constexpr double kMostStrays = 0.5;  // of the limit
constexpr double kEnough = 50;       // latencies, to see much,
constexpr double kPlenty = 256;      // and little
constexpr double kSlower = 1.5;

}  // namespace

void HungPlaces::note(const Window& window, bool apart, double limit) {
  const double at_work =
      window.seconds() > 0 ? window.as_answered.sum_seconds / window.seconds() : 0;
  if (apart && window.limited && at_work < limit * kTooLittle) {
    // Nearly all hang: how many more want to is not seen.
    const double step = window.as_answered.count < kMany ? 1 : kStep;
    hung_ = std::max(hung_, (limit + places(limit)) * (1 + step) - limit);
    return;
  }
  estimate(window, at_work);
  answered_.add(window.as_answered);
  if (apart) return;
  hung_ *= std::exp(-window.seconds() / kFadeSeconds);
  if (hung_ < 1) forget();
}

void HungPlaces::estimate(const Window& window, double at_work) {
  const double off = std::max(0.0, window.in_use * window.limit - at_work) - hung_;
  hung_ += off * kNew;
  strays_ += (std::abs(off) - strays_) * kNewStray;
}

double HungPlaces::places(double limit) const {
  return hung_ + std::min(strays_, limit * kMostStrays);
}

HungPlaces::Others HungPlaces::others(const Level& usual) {
  if (answered_.count < kEnough) return Others::kAsEver;
  const double times = answered_.mean() / usual.mean();
  if (times <= kSlower && answered_.count < kPlenty) return Others::kAsEver;
  answered_ = {};
  if (times > kSlower) return Others::kSlower;
  return times < 1 ? Others::kQuicker : Others::kAsEver;
}

}  // namespace weir::limiters
