#include "limiters/window.h"

namespace weir::limiters {
namespace {

bool one_in_ten(double these, double others) { return these > 0 && these * 10 >= these + others; }

}  // namespace

bool Window::refused() const {
  const double served = count(Outcome::kSuccess);
  return one_in_ten(count(Outcome::kOverload), served) || (served < 1 && lost() > 0);
}

bool Window::losing() const { return one_in_ten(lost(), count(Outcome::kSuccess)); }

double Window::sent_in_cohort() const {
  double sent = 0;
  for (size_t i = 0; i < kLevels; ++i) sent += levels[i].count + over_quota[i];
  return sent;
}

double Window::share_over_quota() const {
  double refused = 0;
  for (const double count : over_quota) refused += count;
  return refused > 0 ? refused / sent_in_cohort() : 0;
}

double Window::throughput() const {
  return seconds() > 0 ? count(Outcome::kSuccess) / seconds() : 0;
}

}  // namespace weir::limiters
