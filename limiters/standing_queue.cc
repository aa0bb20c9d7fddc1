#include "limiters/standing_queue.h"

#include <chrono>

namespace weir::limiters {
namespace {

constexpr double kServed = 500;
constexpr Duration kLong = std::chrono::seconds(2);
// Of the load, over two thousand arrivals: within 2 %.
constexpr double kFull = 0.98;
constexpr double kNotFull = 0.94;

}  // namespace

void StandingQueue::look(double served, Duration over, int waiting, double places, double load) {
  served_ = waiting > places ? served_ + served : 0;
  since_ = waiting > places ? since_ + over : Duration(0);
  if (served_ >= kServed && since_ >= kLong && load > kFull) stands_ = true;
  if (load < kNotFull) stands_ = false;
}

}  // namespace weir::limiters
