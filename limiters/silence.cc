#include "limiters/silence.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace weir::limiters {
namespace {

constexpr int kTogether = 4;    // places: fewer may all be busy with something long
constexpr int kLeastTicks = 3;  // of a pause
constexpr Duration kLongest = std::chrono::seconds(3);

}  // namespace

Silence::Verdict Silence::look(double answered, int in_flight, int places, Duration by_chance) {
  const bool news = answered != std::exchange(answered_, answered);
  const Duration before = quiet_;
  quiet_ = news || in_flight < places ? Duration(0) : quiet_ + tick_;
  const Duration chance = std::max(tick_ * kLeastTicks, by_chance);
  if (quiet_ <= chance || places < kTogether) return Verdict::kNone;
  if (quiet_ > kLongest) return Verdict::kOutage;
  longer_by_ = before <= chance ? quiet_ : tick_;
  return Verdict::kPause;
}

}  // namespace weir::limiters
