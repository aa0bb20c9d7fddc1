#include "proxy/loop/real_clock.h"

#include <random>

namespace weir::loop {

limiters::TimePoint steady_now() { return std::chrono::steady_clock::now(); }

std::chrono::system_clock::time_point wall_now() { return std::chrono::system_clock::now(); }

uint64_t random_seed() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

}  // namespace weir::loop
