#include "limiters/trial.h"

#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kLong = 250;     // samples, after which the likelier side has it
constexpr double kShallow = 0.2;  // changes of the logarithm of in flight: too small to judge
constexpr double kDeep = 0.6;     // large enough to wait for the verdict
constexpr double kCertain = 2;    // standard errors

}  // namespace

Trial::Verdict Trial::judge(const Level& now, double spread) const {
  const double more = std::log(now.mean_in_flight() / before.mean_in_flight());
  const double slower = std::log(now.mean() / before.mean());
  const double error = std::hypot(spread / std::sqrt(now.count), spread / std::sqrt(before.count));
  const bool is_cut = kind == Kind::kCut;
  if (std::abs(slower - more / 2) < kCertain * error && now.count < kLong)
    return is_cut && more > -kDeep ? Verdict::kNone : Verdict::kWait;
  if (is_cut && more > -kShallow) return now.count >= kLong ? Verdict::kTooShallow : Verdict::kNone;
  const bool queueing = more > 0 ? slower > more / 2 : slower < more / 2;
  return queueing ? Verdict::kQueueing : Verdict::kNotQueueing;
}

}  // namespace weir::limiters
