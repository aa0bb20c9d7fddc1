#include "limiters/refused_limit.h"

#include <algorithm>

namespace weir::limiters {
namespace {

constexpr double kProven = 250;  // answers there, without one in ten of them refused
constexpr double kLatestRetry = 2000;
constexpr double kLatestSeconds = 15;  // whichever comes first
constexpr double kAlike = 0.75;        // two limits that are refused for one reason

}  // namespace

void RefusedLimit::note(double samples, double seconds) {
  since_ += samples;
  since_seconds_ += seconds;
}

void RefusedLimit::refuse(int limit, bool tried) {
  const bool there = limit >= refused_ * kAlike && limit * kAlike <= refused_;
  if (!there) until_retry_ = kRetry;
  if (tried) {
    if (there) until_retry_ = std::min(until_retry_ * 2, kLatestRetry);
    refused_ = limit;
  } else if (limit < refused_ * kAlike) {
    refused_ = std::numeric_limits<double>::infinity();
  }
  since_ = since_seconds_ = 0;
}

void RefusedLimit::believe(double refused) {
  forget();
  refused_ = refused;
}

bool RefusedLimit::wary() const { return since_ < until_retry_ && since_seconds_ < kLatestSeconds; }

bool RefusedLimit::holds(int limit, double unmoved, double unmoved_seconds) const {
  if (wary() && limit + 1 >= refused_) return true;
  return limit >= refused_ && unmoved < kProven && unmoved_seconds < kLatestSeconds;
}

double RefusedLimit::most() const {
  return wary() ? refused_ - 1 : std::numeric_limits<double>::infinity();
}

void RefusedLimit::disprove(int limit) {
  if (limit >= refused_) forget();
}

}  // namespace weir::limiters
