#include "limiters/wait_queue.h"

#include "limiters/limiter.h"

namespace weir::limiters {

Waiter::~Waiter() { stop_waiting(); }

void Waiter::stop_waiting() {
  if (gate_ != nullptr) gate_->take_out(*this);
}

}  // namespace weir::limiters
