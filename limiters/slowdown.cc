#include "limiters/slowdown.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kFew = 5;       // samples that show nothing yet
constexpr double kKnown = 10;    // that show how it was
constexpr double kSettled = 40;  // that show how it is
constexpr int kWindows = 3;      // and so many windows
constexpr double kSlower = 2;    // no chance, and no service that comes and goes
constexpr double kLogsSlower = 1.8;
constexpr double kCertain = 2;   // standard errors
constexpr double kAlike = 0.18;  // of the logarithm of the mean

// Of the logarithm of a mean.
double error_of(const Level& level, double spread) { return spread / std::sqrt(level.count); }

double error_between(const Level& a, const Level& b, double spread) {
  return std::hypot(error_of(a, spread), error_of(b, spread));
}

}  // namespace

bool much_slower(const Level& before, const Level& now, double spread) {
  if (std::min(before.count, now.count) < kFew) return false;
  if (now.mean() < before.mean() * kSlower) return false;
  return std::log(now.mean() / before.mean()) > kCertain * error_between(before, now, spread);
}

void Slowdown::note(const Level& near, const Level& known, double limit, double spread) {
  if (near.count < 1) return;
  if (!found_) {
    if (known.count >= kKnown && much_slower(known, near, spread))
      found_ = Found{limit, known, near, 1};
    return;
  }
  if (near.mean() < found_->before.mean() * kSlower) return forget();
  const double change = std::log(near.mean() / found_->now.mean());
  if (std::abs(change) <= std::max(kAlike, kCertain * error_between(near, found_->now, spread))) {
    found_->now.add(near);
    ++found_->windows;
  } else if (change > 0) {
    found_->now = near;
    found_->windows = 1;
  } else {
    // With fewer inside it is quicker, as a full one is.
    forget();
  }
}

bool Slowdown::settled(double spread) const {
  return found_ && found_->windows >= kWindows && found_->now.count >= kSettled &&
         much_slower(found_->before, found_->now, spread) &&
         found_->now.mean_log() > found_->before.mean_log() + std::log(kLogsSlower);
}

}  // namespace weir::limiters
