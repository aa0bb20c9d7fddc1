#include "limiters/other_work.h"

#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kSome = 0.05;  // of those who left and those who were answered
constexpr double kMany = 10;    // are not here by chance
constexpr double kRemembered = 50;
constexpr double kRememberedApart = 250;  // for those who hang come and go in waves
constexpr double kAlike = 0.28;  // of what they waited: the least that the others would take
constexpr double kFar = 2;       // times the usual latency, for anything to be told
constexpr double kOther = 0.5;   // of it: the answers are not the usual ones, but the quick ones
constexpr double kEven = 3;      // nor are they when their logarithms vary so many times less
constexpr double kNegligible = 0.01;
constexpr double kOver = 2;  // times what they waited

double variance_of_logs(const Level& level) {
  return level.sum_log_squares / level.count - level.mean_log() * level.mean_log();
}

}  // namespace

void OtherWork::note_leaving(const Window& window) {
  // Whenever they came: a window of those who came together is judged before the slow ones leave.
  const double now = window.given_up();
  const bool some = now > kSome * (now + window.count(Outcome::kSuccess));
  since_ = some ? 0 : since_ + window.seconds();
  if (since_ * left_ > kOver * waited_) {
    *this = {};
    return;
  }
  left_ += window.left();
  waited_ += window.left_seconds();
  if (left_ > kRemembered) {
    waited_ *= kRemembered / left_;
    left_ = kRemembered;
  }
  if (left_ > 0) answered_.add(window.as_answered);
  answered_.forget_all_but(apart_ ? kRememberedApart : kRemembered);
}

void OtherWork::note(const Window& window, const Level& usual) {
  note_leaving(window);
  undecided_ = false;
  if (left_ < kMany) return;
  const double alike = kAlike * waited_ / left_;
  if (usual.count < kMany || alike < kFar * usual.mean()) {
    apart_ = false;
    return;
  }
  const bool most = window.most_unanswered();
  if (answered_.count < 1) {
    undecided_ = most && !apart_;
    return;
  }
  // Half way between the two, by the logarithm, and by more than an error.
  const double between = std::sqrt(usual.mean() * alike);
  const double error = 1 + 1 / std::sqrt(answered_.count);
  const bool quick = answered_.mean() * error < kOther * usual.mean();
  const bool even = answered_.count >= kMany && answered_.mean() < usual.mean() &&
                    variance_of_logs(answered_) * kEven + kNegligible < variance_of_logs(usual);
  if (answered_.mean() > between * error || quick || even)
    apart_ = false;
  else if (answered_.mean() * error < between)
    apart_ = apart_ || most;
  else
    undecided_ = most && !apart_;
  were_apart_ = were_apart_ || apart_;
}

}  // namespace weir::limiters
