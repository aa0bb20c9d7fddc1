#include "limiters/window.h"

#include <algorithm>

namespace weir::limiters {
namespace {

bool one_in_ten(double these, double others) { return these > 0 && these * 10 >= these + others; }

}  // namespace

bool Window::timeouts_are_overload() const {
  return cohort.timed_out > 0 && cohort.timed_out + cohort.open() > cohort.with_answer();
}

double Window::left() const {
  return timeouts_are_overload() ? cohort.left - cohort.timed_out : cohort.left;
}

double Window::left_seconds() const {
  return timeouts_are_overload() ? cohort.left_seconds - cohort.timed_out_seconds
                                 : cohort.left_seconds;
}

double Window::open() const { return timeouts_are_overload() ? 0 : cohort.open(); }

double Window::overloads() const {
  return count(Outcome::kOverload) + (timeouts_are_overload() ? cohort.timed_out : 0);
}

double Window::lost() const {
  const double timed_out = timeouts_are_overload() ? cohort.timed_out : 0;
  return count(Outcome::kOverload) + std::max(timed_out, count(Outcome::kTimedOut));
}

bool Window::refused() const {
  const double served = count(Outcome::kSuccess);
  return one_in_ten(overloads(), served) || (served < 1 && lost() > 0);
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

void Window::count_passed_over(double share) {
  const double took = as_answered.mean() / (1 - share);
  const double judged = all_levels().mean();
  if (judged <= 0 || took <= judged) return;
  for (Level& level : levels) level.stretch(took / judged);
}

void Window::count_unanswered(Duration age) {
  const double with_answer = cohort.with_answer();
  if (open() + left() <= 0 || with_answer <= 0) return;
  const double waited = left_seconds() / with_answer;
  const double longer = waited + open() / with_answer * to_seconds(age);
  for (Level& level : levels) {
    if (level.mean() <= 0) continue;
    level.stretch(1 + longer / level.mean());
    // How many of them are answered is chance.
    level.blur(waited / level.mean());
  }
}

}  // namespace weir::limiters
