#include "proxy/backend/backend_connection.h"

#include <algorithm>
#include <utility>

#include "limiters/permit.h"

namespace weir::backend {

using exchange::BackendFailure;
using loop::Deadline;
using transport::Transport;

namespace {

// More than one read brings, its head and chunk lines included, so that it is one write.
constexpr size_t kWriteBytes = 128 * 1024;

// From its last answer. Closing is the next that such a service does; those who close what has been
// idle wait for seconds.
constexpr limiters::Duration kRest = std::chrono::milliseconds(10);

// An error comes sooner than an answer, from who is busy and from who is broken.
bool is_work(int status) { return status >= 200 && status < 400; }

BackendFailure failure_of(transport::CloseReason why) {
  switch (why) {
    case transport::CloseReason::kRefused:
      return BackendFailure::kRefused;
    case transport::CloseReason::kTimedOut:
      return BackendFailure::kConnectTimedOut;
    case transport::CloseReason::kUnresolved:
      return BackendFailure::kUnresolved;
    case transport::CloseReason::kUnreachable:
    case transport::CloseReason::kReset:
    case transport::CloseReason::kFailed:
      return BackendFailure::kUnreachable;
  }
  return BackendFailure::kUnreachable;
}

}  // namespace

BackendConnection::BackendConnection(std::unique_ptr<Transport> transport,
                                     const BackendParams& params, limiters::Timeline& timeline,
                                     loop::TurnQueue& turn_queue, BackendConnectionOwner& owner)
    : transport_(std::move(transport)),
      params_(params),
      timeline_(timeline),
      turn_queue_(turn_queue),
      owner_(owner),
      codec_(*this, params.response_limits),
      deadline_(timeline, *this),
      last_read_(timeline.now()),
      last_write_(timeline.now()) {}

void BackendConnection::start() { transport_->start(*this); }

exchange::BackendStreamPtr BackendConnection::carry(exchange::ResponseEvents& events) {
  events_ = &events;
  reused_ = open_;
  owed_ = uncredited_ = 0;
  released_ = request_ended_ = answer_begun_ = head_seen_ = tunnel_ = held_told_ = false;
  may_be_silent_ = false;
  answered_after_seconds_ = 0;
  return exchange::BackendStreamPtr(this);
}

bool BackendConnection::rested() const {
  return !has_answered_ || timeline_.now() - last_read_ >= kRest;
}

void BackendConnection::close() {
  over_ = true;
  events_ = nullptr;
  deadline_.set(Deadline::kNever);
  transport_->close(transport::CloseHow::kNow);
}

// ---- the request ----

void BackendConnection::send_request(const http::RequestHead& head, http::End end) {
  stream_ = codec_.send_request(head, end);
  request_ended_ = end == http::End::kYes;
  last_write_ = timeline_.now();
  turn_queue_.add(*this);
}

void BackendConnection::send_body(Buffer bytes, http::End end) {
  codec_.send_body(stream_, std::move(bytes), end);
  request_ended_ = end == http::End::kYes;
  last_write_ = timeline_.now();
  turn_queue_.add(*this);
}

void BackendConnection::send_trailers(const http::Headers& trailers) {
  codec_.send_trailers(stream_, trailers);
  request_ended_ = true;
  last_write_ = timeline_.now();
  turn_queue_.add(*this);
}

void BackendConnection::consumed(size_t response_bytes) {
  owed_ -= response_bytes;
  codec_.consumed(stream_, response_bytes);
  turn_queue_.add(*this);
}

void BackendConnection::release() noexcept {
  events_ = nullptr;
  released_ = true;
  if (over_) return;
  // Nothing of it has left, so that whoever comes later in this turn need not dial.
  if (!begun()) return at_turn_end();
  turn_queue_.add(*this);
}

// ---- the connection ----

void BackendConnection::on_open() {
  open_ = true;
  last_read_ = last_write_ = timeline_.now();
  if (events_ != nullptr) events_->on_backend_open();
  turn_queue_.add(*this);
}

void BackendConnection::on_bytes(std::span<const std::byte> bytes) {
  last_read_ = timeline_.now();
  // The service said something that nobody asked for, or goes on after its request was given up.
  if (events_ == nullptr) return finish();
  if (replaced()) return;
  answer_begun_ = true;
  if (auto error = codec_.feed(bytes)) return fail(BackendFailure::kProtocol, error->reason);
  // Who comes later in this turn may need it already.
  if (released_) return at_turn_end();
  turn_queue_.add(*this);
}

void BackendConnection::on_end() {
  closed_by_service();
  if (events_ == nullptr) return finish();
  if (replaced()) return;
  auto error = codec_.end_of_input();
  if (events_ == nullptr) return finish();  // a response that runs until close has ended just now
  if (!answer_begun_)
    return fail(BackendFailure::kClosedUnanswered, "the backend closed without an answer");
  if (tunnel_) return fail(BackendFailure::kClosed, "the backend closed the tunnel");
  fail(BackendFailure::kClosed, error && !error->reason.empty()
                                    ? error->reason
                                    : "the backend closed before its response was complete");
}

void BackendConnection::on_drained() { turn_queue_.add(*this); }

void BackendConnection::on_closed(transport::CloseReason why) {
  closed_by_service();
  if (events_ != nullptr && replaced()) return;
  const std::string text = transport_->error_text();
  if (!open_) return fail(failure_of(why), text);
  fail(answer_begun_ ? BackendFailure::kClosed : BackendFailure::kClosedUnanswered,
       text.empty() ? "the backend reset the connection" : text);
}

// ---- the response ----

void BackendConnection::on_informational(http::StreamId, http::ResponseHead&& head) {
  if (events_ != nullptr) events_->on_informational(std::move(head));
}

void BackendConnection::on_response(http::StreamId, http::ResponseHead&& head, http::End end) {
  head_seen_ = has_answered_ = true;
  tunnel_ = head.status == 101;
  if (request_ended_ && is_work(head.status))
    answered_after_seconds_ = limiters::to_seconds(last_read_ - last_write_);
  if (events_ != nullptr) events_->on_response_head(std::move(head), end);
}

void BackendConnection::on_body(http::StreamId id, std::span<const std::byte> bytes,
                                http::End end) {
  if (events_ == nullptr) return codec_.consumed(id, bytes.size());
  owed_ += bytes.size();
  events_->on_response_body(bytes, end);
}

void BackendConnection::on_trailers(http::StreamId, http::Headers trailers) {
  if (events_ != nullptr) events_->on_response_trailers(trailers);
}

void BackendConnection::on_sent(http::StreamId, size_t body_bytes) {
  if (events_ != nullptr) uncredited_ += body_bytes;
}

void BackendConnection::on_reset(http::StreamId, http::ResetReason) {
  fail(BackendFailure::kClosed, "the backend reset the stream");
}

// ---- end of a turn, or of a response ----

void BackendConnection::at_turn_end() {
  if (over_) return;
  // Nobody waits for the answer, and the service need not know that somebody would have.
  if (released_ && !codec_.begun()) codec_.withdraw_request();
  if (events_ != nullptr && untouched() && transport_->owes_news()) {
    closed_by_service();
    replace();
  }
  if (open_) pump();
  if (over_) return;
  if (released_) return settle();
  // Else it is idle, and settled.
  if (events_ != nullptr) watch();
}

void BackendConnection::pump() {
  while (codec_.has_output() && transport_->unsent() < Transport::kHighWaterBytes)
    transport_->send(codec_.take_output(kWriteBytes));
  // What the kernel has not taken is no invitation to read more.
  if (transport_->unsent() == 0 && uncredited_ > 0 && events_ != nullptr)
    events_->on_request_sent(std::exchange(uncredited_, 0));
  // An exchange that has ended lets its last owed bytes go at once: they are in the client's buffer
  // already.
  if (released_ && owed_ > 0) codec_.consumed(stream_, std::exchange(owed_, 0));
  if (codec_.wants_input() == transport_->reading()) return;
  if (codec_.wants_input()) {
    last_read_ = timeline_.now();
    transport_->resume_reading();
  } else {
    paused_ = timeline_.now();
    transport_->pause_reading();
  }
}

void BackendConnection::settle() {
  const bool reusable = !retired_ && codec_.reusable() && !codec_.has_output() &&
                        transport_->unsent() == 0 && transport_->reading();
  if (!reusable) return finish();
  if (open_ && transport_->owes_news()) {
    closed_by_service();
    return finish();
  }
  released_ = false;
  // Not from now on: a request that was given up unsent is none to the service.
  deadline_.set(last_read_ + params_.idle_timeout);
  owner_.on_reusable(*this);
}

void BackendConnection::watch() {
  if (transport_->unsent() < unsent_seen_) last_write_ = timeline_.now();
  unsent_seen_ = transport_->unsent();
  deadline_.set(next_deadline());
}

limiters::TimePoint BackendConnection::next_deadline() const {
  if (!open_ || tunnel_ || events_ == nullptr) return Deadline::kNever;
  limiters::TimePoint earliest = Deadline::kNever;
  const auto by = [&](limiters::TimePoint when) { earliest = std::min(earliest, when); };
  if (output_stuck()) by(last_write_ + params_.body_stall_timeout);
  if (!head_seen_ && request_ended_ && !output_stuck())
    by(last_write_ + params_.response_head_timeout);
  if (head_seen_ && !may_be_silent_ && transport_->reading())
    by(last_read_ + params_.body_stall_timeout);
  if (may_be_held()) by(paused_ + limiters::Permit::kPatience);
  return earliest;
}

bool BackendConnection::may_be_held() const {
  return head_seen_ && !transport_->reading() && !held_told_;
}

void BackendConnection::on_missed() {
  if (events_ == nullptr) return finish();  // idle for long enough
  const limiters::TimePoint now = timeline_.now();
  const bool reads_no_more = output_stuck() && last_write_ + params_.body_stall_timeout <= now;
  // What it has read in time a loop that was held up may not have heard yet.
  if (reads_no_more && transport_->takes_more()) last_write_ = now;
  watch();
  if (next_deadline() > now) return;
  if (may_be_held() && paused_ + limiters::Permit::kPatience <= now) {
    held_told_ = true;
    events_->on_response_held();
    return watch();
  }
  // Its answer a loop that was held up may not have heard yet, and goes on when it has.
  if (transport_->reading() && transport_->owes_news()) return deadline_.set(Deadline::kNever);
  if (!head_seen_ && !output_stuck()) {
    owner_.on_unanswered(*this);
    return fail(BackendFailure::kHeadTimedOut, "no response head in time");
  }
  fail(BackendFailure::kStalled,
       head_seen_ ? "the response body stopped" : "the backend does not read the request");
}

// ---- the end ----

void BackendConnection::closed_by_service() {
  const bool behind_answer = events_ == nullptr || (reused() && !answer_begun_);
  if (behind_answer && !rested()) owner_.on_closed_behind_answer();
}

// What the service has said or done before it could know of the request is no answer to it. Whether
// the request may be repeated does not matter, since it has not been made.
bool BackendConnection::replaced() {
  if (!untouched()) return false;
  replace();
  return true;
}

void BackendConnection::replace() {
  transport_ = owner_.dial();
  open_ = reused_ = has_answered_ = retired_ = false;
  transport_->start(*this);
  events_->on_backend_replaced();
}

void BackendConnection::fail(BackendFailure why, std::string_view text) {
  if (over_) return;
  exchange::ResponseEvents* const events = std::exchange(events_, nullptr);
  finish();
  if (events != nullptr) events->on_backend_failed(why, text);
}

void BackendConnection::finish() {
  if (over_) return;
  close();
  owner_.on_over(*this);
}

}  // namespace weir::backend
