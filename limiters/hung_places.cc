#include "limiters/hung_places.h"

#include <algorithm>
#include <cmath>
#include <utility>

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
constexpr double kNoQuicker = 0.75;  // with half of the limit

}  // namespace

void HungPlaces::note(const Window& window, bool apart, double limit) {
  const double at_work =
      window.seconds() > 0 ? window.as_answered.sum_seconds / window.seconds() : 0;
  if (apart && window.limited && at_work < limit * kTooLittle) {
    // Nearly all hang: how many more want to is not seen.
    const double step = window.as_answered.count < kMany ? 1 : kStep;
    hung_ = std::max(hung_, window.limit * (1 + step) - limit);
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

HungPlaces::Others HungPlaces::others(const Level& usual, double limit) {
  if (usual_.count < 1) usual_ = usual;
  if (answered_.count < kEnough) return Others::kAsEver;
  const double times = answered_.mean() / usual_.mean();
  if (times > kSlower) return slower(limit);
  if (answered_.count < kPlenty) return Others::kAsEver;
  cut_from_ = 0;
  answered_ = {};
  return times < 1 ? Others::kQuicker : Others::kAsEver;
}

HungPlaces::Others HungPlaces::slower(double limit) {
  const bool judged = cut_from_ > 0 && limit <= std::max(1.0, cut_from_ / 2);
  if (judged && answered_.count < kPlenty) return Others::kAsEver;
  const Level now = std::exchange(answered_, {});
  if (judged && now.mean() > before_ * kNoQuicker) {
    usual_ = now;
    return Others::kSlowAnyhow;
  }
  if (cut_from_ == 0 || judged) {
    cut_from_ = limit;
    before_ = now.mean();
  }
  return Others::kSlower;
}

}  // namespace weir::limiters
