#include "load-tests/origin/connection.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace weir::origin {

using transport::Transport;

namespace {

// More than a proxy keeps for one connection: a service hands over what it has at once.
constexpr size_t kMostUnsentBytes = 128 * 1024;

}  // namespace

Connection::Connection(Owner& owner, Replies& replies, std::unique_ptr<Transport> transport)
    : owner_(owner), replies_(replies), transport_(std::move(transport)) {
  transport_->start(*this);
}

// ---- requests ----

void Connection::on_bytes(std::span<const std::byte> bytes) {
  std::string_view rest = text_of(bytes);
  Request request;
  reading_now_ = true;
  while (!rest.empty() && !gone_) {
    const auto step = reader_.next(rest, request);
    if (step == RequestReader::Step::kRequest) take_request(request);
    if (step == RequestReader::Step::kContinue && pending_.empty())
      output_.append("HTTP/1.1 100 Continue\r\n\r\n");
    if (step == RequestReader::Step::kFailed) refuse();
    // What comes behind the last request is nobody's.
    if (!pending_.empty() && !pending_.back().keeps_connection) rest = {};
  }
  reading_now_ = false;
  if (!gone_) write_answers();
}

void Connection::take_request(Request& request) {
  const RequestId id = owner_.new_id();
  pending_.push_back({.id = id,
                      .head_only = request.head_only,
                      .keeps_connection = request.keeps_connection,
                      .text = {}});
  owner_.on_request(*this, id, request.path);
}

void Connection::refuse() {
  const RequestId id = owner_.new_id();
  pending_.push_back({.id = id, .keeps_connection = false, .text = {}});
  answer_text(id, 400, "text/plain", "not a request of HTTP/1.1\n");
}

// ---- answers ----

Connection::Pending& Connection::pending(RequestId id) {
  const auto found = std::ranges::find(pending_, id, &Pending::id);
  assert(found != pending_.end() && found->status == 0);
  return *found;
}

void Connection::answer(RequestId id, int status) {
  pending(id).status = status;
  if (!reading_now_) write_answers();
}

void Connection::answer_text(RequestId id, int status, std::string_view type, std::string text) {
  Pending& one = pending(id);
  one.status = status;
  one.text = Replies::make_head(status, type, text.size(), one.keeps_connection);
  if (!one.head_only) one.text += text;
  if (!reading_now_) write_answers();
}

void Connection::write_answers() {
  while (!pending_.empty() && pending_.front().status != 0) {
    Pending& first = pending_.front();
    if (!first.begun) {
      first.begun = true;
      output_.append(first.text.empty() ? replies_.head(first.status, first.keeps_connection)
                                        : std::string_view(first.text));
      body_left_ = first.head_only || !first.text.empty() ? 0 : replies_.body_bytes();
    }
    if (!write_body()) return;
    if (!first.keeps_connection) return close();
    pending_.pop_front();
  }
  flush();
}

// False when the client has to take something first.
bool Connection::write_body() {
  while (body_left_ > 0) {
    if (output_.size() + transport_->unsent() >= kMostUnsentBytes) {
      flush();
      if (transport_->unsent() > 0) return false;
    }
    const std::string_view piece = replies_.body(body_left_);
    output_.append(piece);
    body_left_ -= piece.size();
  }
  return true;
}

void Connection::flush() {
  if (output_.empty()) return;
  transport_->send(std::move(output_));
  // Requests behind answers that nobody reads can wait.
  if (transport_->unsent() >= kMostUnsentBytes) transport_->pause_reading();
}

void Connection::on_drained() {
  transport_->resume_reading();
  write_answers();
}

// ---- the end ----

void Connection::close() {
  flush();
  pending_.pop_front();
  transport_->close(transport::CloseHow::kFlush);
  gone();
}

void Connection::gone() {
  if (std::exchange(gone_, true)) return;
  for (const Pending& one : pending_)
    if (one.status == 0) owner_.on_left(one.id);
  owner_.on_gone(*this);
}

}  // namespace weir::origin
