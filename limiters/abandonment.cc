#include "limiters/abandonment.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kMany = 10;               // are not here by chance
constexpr double kSome = 0.05;             // of those who left and those who were answered
constexpr double kHealthy = 256;           // latencies that are remembered,
constexpr double kWhileLeave = 50;         // and of those who stay
constexpr double kSlow = 1.5;              // times as long
constexpr double kCertain = 2;             // standard errors
constexpr double kUnanswered = 500;        // left since anybody was answered
constexpr double kUnansweredSeconds = 10;  // whichever comes first

}  // namespace

void Abandonment::note(const Window& window, bool least) {
  const double left = window.given_up();
  const double answered = window.as_answered.count;
  const double failed = window.count(Outcome::kFailure) + window.count(Outcome::kOverQuota);
  most_leave_ =
      left >= kMany && left > std::max(window.count(Outcome::kSuccess), answered) + failed;
  some_leave_ = left > kSome * (left + window.count(Outcome::kSuccess));
  if (window.all_levels().count + failed < 1) {
    left_ += left;
    if (left > 0) seconds_ += window.seconds();
  } else {
    left_ = seconds_ = 0;
  }
  if (!most_leave_) while_leave_ = {};
  if (most_leave_) while_leave_.add(window.as_answered);
  while_leave_.forget_all_but(kWhileLeave);
  other_work_.note(window, healthy_);
  if (other_work_.were_apart() || (left * 10 >= answered && !least)) return;
  healthy_.add(window.as_answered);
  healthy_.forget_all_but(kHealthy);
}

bool Abandonment::long_unanswered() const {
  return left_ >= kUnanswered || seconds_ >= kUnansweredSeconds;
}

bool Abandonment::starving() const {
  if (other_work_.apart()) return nobody_answered() && long_unanswered();
  return nobody_answered() || slow();
}

bool Abandonment::slow() const {
  if (healthy_.count < kMany || while_leave_.count < kMany) return false;
  const double spread = std::max(1.0, std::sqrt(healthy_.variance()) / healthy_.mean());
  const double error = spread / std::sqrt(while_leave_.count);
  return while_leave_.mean() > healthy_.mean() * (kSlow + kCertain * error);
}

}  // namespace weir::limiters
