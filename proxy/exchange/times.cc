#include "proxy/exchange/times.h"

namespace weir::exchange {

void Times::granted(TimePoint now) {
  granted_ = now;
  waits_no_more(now);
}

void Times::waits_no_more(TimePoint now) {
  waited_ = waited(now);
  waits_since_.reset();
}

std::optional<Times::Duration> Times::waited(TimePoint until) const {
  if (!waits_since_) return waited_;
  return waited_.value_or(Duration(0)) + (until - *waits_since_);
}

void Times::tell(TimePoint now, ExchangeFacts& facts) const {
  facts.total = now - arrived_;
  facts.queue_wait = waited(now);
  if (opened_) facts.connect = *opened_ - *opening_;
  if (responded_) facts.backend = *responded_ - granted_.value_or(*opening_);
}

}  // namespace weir::exchange
