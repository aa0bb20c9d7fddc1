#include "proxy/exchange/upload.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "limiters/permit.h"

namespace weir::exchange {

using limiters::Permit;

namespace {

constexpr limiters::Duration kAgain = std::chrono::milliseconds(100);

}  // namespace

Upload::Upload(limiters::Timeline& timeline, std::function<bool()> client_is_slow)
    : timeline_(timeline), client_is_slow_(std::move(client_is_slow)) {}

void Upload::begin() {
  if (waits_since_ || owed_ > 0) return;
  waits_since_ = timeline_.now();
  // Not for each piece: one that is armed already looks again.
  if (client_is_slow_ && !looks_.pending())
    look_in(std::max(limiters::Duration(0), Permit::kPatience - waited()));
}

void Upload::begin_within(limiters::Duration most) {
  begins_ = timeline_.after(most, [this] { begin(); });
}

void Upload::begin_anew() {
  waits_since_.reset();
  waited_before_ = {};
  looks_ = {};
  begins_ = {};
}

void Upload::given(size_t bytes) {
  if (bytes == 0) return;
  waited_before_ = waited();
  waits_since_.reset();
  owed_ += bytes;
}

void Upload::taken(size_t bytes) {
  owed_ -= bytes;
  if (owed_ == 0) begin();
}

limiters::Duration Upload::waited() const {
  return waited_before_ + (waits_since_ ? timeline_.now() - *waits_since_ : limiters::Duration(0));
}

void Upload::look() {
  if (waited() >= Permit::kPatience) {
    if (!client_is_slow_()) return look_in(kAgain);
    client_is_slow_ = nullptr;
  } else if (waits_since_) {
    look_in(Permit::kPatience - waited());
  }
}

void Upload::look_in(limiters::Duration delay) {
  looks_ = timeline_.after(delay, [this] { look(); });
}

}  // namespace weir::exchange
