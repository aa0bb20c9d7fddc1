#include "limiters/quickening.h"

#include <algorithm>
#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kKnown = 60;  // samples that show how it was
constexpr double kMemory = 256;
constexpr double kSure = 6;      // e to that times as likely
constexpr double kMost = 0.7;    // share of the mean that is looked for, at most
constexpr double kSteady = 0.5;  // spread of times that hardly vary: others share the machine

}  // namespace

bool Quickening::note(const Level& near, int limit, double spread) {
  if (near.count <= 0 || limit < 2) return false;
  if (known_.count < kKnown) {
    known_.add(near);
    return false;
  }
  const double faster = std::max(kMost, (limit - 1.0) / limit);
  const double before = known_.mean(), after = before * faster;
  const double variance = std::max(kSteady, spread) * std::max(kSteady, spread);
  const double likelier =
      -near.count * std::log(faster) - near.sum_seconds * (1 / after - 1 / before);
  ratio_ += likelier / variance;
  if (ratio_ > 0) {
    since_.add(near);
    return ratio_ >= kSure;
  }
  ratio_ = 0;
  since_ = {};
  known_.add(near);
  known_.forget_all_but(kMemory);
  return false;
}

}  // namespace weir::limiters
