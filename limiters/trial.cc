#include "limiters/trial.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kLong = 250;     // samples, after which the likelier side has it
constexpr double kShallow = 0.2;  // changes of the logarithm of in flight: too small to judge
constexpr double kDeep = 0.6;     // large enough to wait for the verdict
constexpr double kCertain = 2;    // standard errors
// Of a trial in doubt: how much of the change of the number in flight latency may follow. Where ten
// proxies share a service, each with as many inside, it follows a tenth of what one of them does.
constexpr double kLeastFollowed = 0.1;
constexpr double kMostFollowed = 0.5;
constexpr double kFew = 40;      // samples, that show nothing yet
constexpr double kChance = 1.5;  // standard errors

Trial::Verdict judge_in_doubt(double more, double slower, double error, double samples) {
  if (samples < kFew) return Trial::Verdict::kWait;
  const double most = std::clamp(kChance * error, kLeastFollowed * more, kMostFollowed * more);
  if (slower - kCertain * error > most) return Trial::Verdict::kQueueing;
  if (samples < kLong) return Trial::Verdict::kWait;
  const bool flat = slower < std::min(most, kMostFollowed * more - kCertain * error);
  return flat ? Trial::Verdict::kNotQueueing : Trial::Verdict::kQueueing;
}

}  // namespace

Trial::Verdict Trial::judge(const Level& now, double spread) const {
  const double more = std::log(now.mean_in_flight() / before.mean_in_flight());
  const double slower = std::log(now.mean() / before.mean());
  const double error = std::hypot(spread / std::sqrt(now.count), spread / std::sqrt(before.count));
  if (in_doubt && more > 0) return judge_in_doubt(more, slower, error, now.count);
  const bool is_cut = kind == Kind::kCut;
  if (std::abs(slower - more / 2) < kCertain * error && now.count < kLong)
    return is_cut && more > -kDeep ? Verdict::kNone : Verdict::kWait;
  if (is_cut && more > -kShallow) return now.count >= kLong ? Verdict::kTooShallow : Verdict::kNone;
  const bool queueing = more > 0 ? slower > more / 2 : slower < more / 2;
  return queueing ? Verdict::kQueueing : Verdict::kNotQueueing;
}

}  // namespace weir::limiters
