#include "proxy/exchange/request_body.h"

#include <chrono>
#include <utility>

namespace weir::exchange {
namespace {

constexpr limiters::Duration kMostBefore100 = std::chrono::milliseconds(100);

}  // namespace

RequestBody::RequestBody(const http::RequestHead& head, http::End end)
    : head_(head), complete_(end == http::End::kYes) {}

void RequestBody::came(std::span<const std::byte> bytes, http::End end) {
  bytes_ += bytes.size();
  held_.append(bytes);
  if (end == http::End::kYes) complete_ = true;
}

void RequestBody::came(const http::Headers& trailers) {
  trailers_ = trailers.copy();
  complete_ = true;
}

bool RequestBody::last_is_here() const {
  return complete_ ||
         (head_.body.kind == http::BodyLength::Kind::kKnown && bytes_ >= head_.body.bytes);
}

bool RequestBody::worth_a_place() const {
  if (complete_ || head_.expects_continue) return true;
  if (held_.size() >= http::kMostOwedBytes) return true;
  if (!http::content_matters(head_.method)) return false;
  return head_.body.kind != http::BodyLength::Kind::kKnown ||
         head_.body.bytes > http::kMostOwedBytes;
}

void RequestBody::give(BackendStream& service) {
  const bool last = complete_ && !trailers_;
  if (!held_.empty() || last) {
    if (upload_) upload_->given(held_.size());
    service.send_body(std::move(held_), last ? http::End::kYes : http::End::kNo);
    given_ = true;
  }
  if (trailers_) {
    service.send_trailers(*std::exchange(trailers_, std::nullopt));
    given_ = true;
  }
  if (complete_) upload_.reset();
}

void RequestBody::pass(std::span<const std::byte> bytes, http::End end, BackendStream& service) {
  bytes_ += bytes.size();
  service.send_body(Buffer(bytes), end);
}

void RequestBody::taken(size_t bytes) {
  if (upload_) upload_->taken(bytes);
}

bool RequestBody::is_waited_for() const {
  if (complete_ || !head_.upgrade.empty()) return false;
  return http::content_matters(head_.method) || head_.expects_continue;
}

void RequestBody::watch(limiters::Timeline& timeline, std::function<bool()> client_is_slow) {
  upload_ = std::make_unique<Upload>(timeline, std::move(client_is_slow));
}

void RequestBody::service_is_there() {
  if (!upload_) return;
  head_.expects_continue ? upload_->begin_within(kMostBefore100) : upload_->begin();
}

void RequestBody::service_said_100() {
  said_100_ = true;
  if (upload_) upload_->begin();
}

void RequestBody::service_is_gone() {
  if (upload_) upload_->begin_anew();
}

bool RequestBody::stop_watching() { return std::exchange(upload_, nullptr) != nullptr; }

}  // namespace weir::exchange
