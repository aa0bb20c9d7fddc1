#include "limiters/growth_proof.h"

#include <cmath>

namespace weir::limiters {
namespace {

constexpr double kKnown = 100;  // samples that show how it is
constexpr double kSome = 15;    // and that may be far above
constexpr double kFarAbove = 2.5;
constexpr double kLasting = 500;
constexpr double kHopeless = 3;
constexpr double kFar = 2;  // times the limit
constexpr double kNear = 1.5;

double typical(const Level& level) { return std::exp(level.mean_log()); }

}  // namespace

void GrowthProof::note(const Level& all) {
  lasting_.add(all);
  lasting_.forget_all_but(kLasting);
  recent_.add(all);
  if (recent_.count < kKnown) return;
  if (least_ == 0 || typical(recent_) < least_) least_ = typical(recent_);
  recent_ = {};
}

bool GrowthProof::needed(const Level& near) const {
  return least_ > 0 && near.count >= kSome && typical(near) > kFarAbove * least_;
}

bool GrowthProof::hopeless() const { return least_ > 0 && typical(lasting_) > kHopeless * least_; }

double GrowthProof::begin() {
  far_ = !far_;
  return far_ ? kFar : kNear;
}

void GrowthProof::given(const Level& near) {
  least_ = std::max(least_, typical(near));
  until_next_ = kSoon;
}

}  // namespace weir::limiters
