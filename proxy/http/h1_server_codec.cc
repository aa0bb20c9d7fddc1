#include "proxy/http/h1_server_codec.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace weir::http {

H1ServerCodec::H1ServerCodec(ServerCodecEvents& events, const HeadLimits& limits)
    : events_(events), limits_(limits) {}

// ---- the request ----

std::optional<ProtocolError> H1ServerCodec::feed(std::span<const std::byte> bytes) {
  if (!held_.empty()) {
    if (request_ != Request::kDropped) held_.append(bytes);
    return resume();
  }
  Failure failure = read(bytes);
  if (request_ != Request::kDropped) held_.append(bytes);
  return failure;
}

std::optional<ProtocolError> H1ServerCodec::resume() {
  Failure failure = read_held();
  if (!failure && input_ended_) failure = settle_end_of_input();
  return failure;
}

H1ServerCodec::Failure H1ServerCodec::read_held() {
  Failure failure;
  while (!held_.empty() && !failure && request_ != Request::kDropped) {
    std::span<const std::byte> bytes = held_.front();
    const size_t before = bytes.size();
    failure = read(bytes);
    if (bytes.size() == before) break;
    held_.drop_front(before - bytes.size());
  }
  if (request_ == Request::kDropped) held_.clear();
  return failure;
}

// Leaves in `bytes` what is not to be read yet.
H1ServerCodec::Failure H1ServerCodec::read(std::span<const std::byte>& bytes) {
  Failure failure;
  while (!bytes.empty() && !failure) {
    switch (request_) {
      case Request::kHead:
        failure = read_head(bytes);
        break;
      case Request::kSized:
        read_sized(bytes);
        break;
      case Request::kChunked:
        failure = read_chunks(bytes);
        break;
      case Request::kTunnel:
        give_body(std::exchange(bytes, {}), End::kNo);
        break;
      case Request::kDone:
        return std::nullopt;
      case Request::kDropped:
        bytes = {};
        return std::nullopt;
    }
  }
  return failure;
}

H1ServerCodec::Failure H1ServerCodec::read_head(std::span<const std::byte>& bytes) {
  RequestHead head;
  Persistence persistence = Persistence::kCloses;
  switch (reader_.next(bytes, limits_, head, persistence)) {
    case H1RequestReader::Step::kMore:
      return std::nullopt;
    case H1RequestReader::Step::kFailed:
      refused_ = std::make_unique<const RequestHead>(std::move(head));
      return broken(reader_.error());
    case H1RequestReader::Step::kHead:
      break;
  }
  open(std::move(head), persistence);
  return std::nullopt;
}

void H1ServerCodec::open(RequestHead&& head, Persistence persistence) {
  ++id_;
  owed_ = 0;
  discarding_ = false;
  persistence_ = persistence;
  awaits_continue_ = head.expects_continue;
  answer_.expect(head);
  request_ = Request::kDone;
  if (head.body.kind == BodyLength::Kind::kUnknown) {
    request_ = Request::kChunked;
    chunks_ = std::make_unique<ChunkReader>();
  } else if (head.body.bytes > 0) {
    request_ = Request::kSized;
    left_ = head.body.bytes;
  }
  const End end = request_ == Request::kDone ? End::kYes : End::kNo;
  events_.on_request(id_, std::move(head), end);
}

void H1ServerCodec::read_sized(std::span<const std::byte>& bytes) {
  const auto part = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
  const std::span<const std::byte> body = bytes.first(part);
  bytes = bytes.subspan(part);
  left_ -= part;
  if (left_ == 0) request_ = Request::kDone;
  give_body(body, left_ == 0 ? End::kYes : End::kNo);
}

H1ServerCodec::Failure H1ServerCodec::read_chunks(std::span<const std::byte>& bytes) {
  std::span<const std::byte> body;
  switch (chunks_->next(bytes, body, limits_)) {
    case ChunkReader::Step::kMore:
      return std::nullopt;
    case ChunkReader::Step::kBody:
      give_body(body, End::kNo);
      return std::nullopt;
    case ChunkReader::Step::kFailed:
      return broken(chunks_->error());
    case ChunkReader::Step::kEnd:
      end_chunks();
      return std::nullopt;
  }
  return std::nullopt;
}

void H1ServerCodec::end_chunks() {
  Headers trailers = chunks_->take_trailers();
  chunks_.reset();
  request_ = Request::kDone;
  if (trailers.empty() || discarding_) return give_body({}, End::kYes);
  awaits_continue_ = false;
  events_.on_trailers(id_, std::move(trailers));
  close_request();
}

void H1ServerCodec::give_body(std::span<const std::byte> bytes, End end) {
  awaits_continue_ = false;
  if (!discarding_) {
    owed_ += bytes.size();
    events_.on_body(id_, bytes, end);
  } else if (bytes.size() > discard_left_) {
    return forsake_input();
  } else {
    discard_left_ -= bytes.size();
  }
  if (end == End::kYes) close_request();
}

H1ServerCodec::Failure H1ServerCodec::broken(ProtocolError why) {
  const bool unwanted = discarding_;
  forsake_input();
  if (unwanted) return std::nullopt;
  return why;
}

// Nothing that still comes is looked at, so the connection ends with the present response.
void H1ServerCodec::forsake_input() {
  request_ = Request::kDropped;
  persistence_ = Persistence::kCloses;
}

std::optional<ProtocolError> H1ServerCodec::end_of_input() {
  input_ended_ = true;
  return settle_end_of_input();
}

H1ServerCodec::Failure H1ServerCodec::settle_end_of_input() {
  if (!held_.empty() && request_ != Request::kDropped) return std::nullopt;
  switch (request_) {
    case Request::kHead:
      if (reader_.begun()) return broken({400, "the connection was closed inside a request head"});
      forsake_input();
      return std::nullopt;
    case Request::kSized:
    case Request::kChunked:
      return broken({400, "the connection was closed inside a request body"});
    case Request::kDone:
      persistence_ = Persistence::kCloses;
      return std::nullopt;
    case Request::kTunnel:
      end_tunnel();
      return std::nullopt;
    case Request::kDropped:
      return std::nullopt;
  }
  return std::nullopt;
}

void H1ServerCodec::consumed(StreamId id, size_t body_bytes) {
  if (id == id_) owed_ -= std::min(owed_, body_bytes);
}

void H1ServerCodec::discard_body(StreamId id, size_t at_most) {
  if (id != id_) return;
  owed_ = 0;
  if (!inside_body()) return;
  discarding_ = true;
  discard_left_ = at_most;
  if (at_most == 0 || (request_ == Request::kSized && left_ > at_most)) forsake_input();
}

// ---- the response ----

void H1ServerCodec::send_head(StreamId id, const ResponseHead& head, End end) {
  if (id != id_ || !answer_.awaits_head()) return;
  if (head.status == 101) return switch_protocols(head);
  if (head.informational()) {
    if (head.status == 100) awaits_continue_ = false;
    return answer_.send_informational(head);
  }
  settle_persistence();
  answer_.send_final(head, end, persistence_);
  if (answer_.was_cut()) forsake_input();
}

void H1ServerCodec::send_ready(StreamId id, const ReadyReply& reply, int retry_after_seconds) {
  if (id != id_ || !answer_.awaits_head()) return;
  settle_persistence();
  answer_.send_ready(reply, retry_after_seconds, persistence_);
}

// Before a final head, which says it. Whether the body of who waits for a 100 will ever come cannot
// be told (RFC 9110 section 10.1.1); what was sent already is still answered while draining.
void H1ServerCodec::settle_persistence() {
  if (awaits_continue_ || (draining_ && held_.empty())) persistence_ = Persistence::kCloses;
}

void H1ServerCodec::switch_protocols(const ResponseHead& head) {
  assert(request_ == Request::kDone);
  answer_.switch_protocols(head);
  request_ = Request::kTunnel;
  persistence_ = Persistence::kCloses;
}

void H1ServerCodec::send_body(StreamId id, Buffer bytes, End end) {
  if (id != id_) return;
  answer_.send_body(std::move(bytes), end);
  if (answer_.was_cut() || (end == End::kYes && request_ == Request::kTunnel)) forsake_input();
}

void H1ServerCodec::send_trailers(StreamId id, const Headers& trailers) {
  if (id != id_) return;
  answer_.send_trailers(trailers);
  if (answer_.was_cut()) forsake_input();
}

void H1ServerCodec::reset(StreamId id, ResetReason) {
  if (id != id_ || answer_.nothing() || answer_.done()) return;
  answer_.cut();
  forsake_input();
}

void H1ServerCodec::send_error(Reply reply) {
  if (!answer_.nothing()) return;
  forsake_input();
  answer_.send_unasked(std::move(reply));
}

// ---- output ----

Buffer H1ServerCodec::take_output(size_t at_most) {
  H1Answer::Taken taken = answer_.take(at_most);
  if (taken.body_bytes > 0) events_.on_sent(id_, taken.body_bytes);
  if (request_ == Request::kTunnel) give_tunnel_bytes();
  close_request();
  return std::move(taken.bytes);
}

// What the client sent behind its request for an upgrade, before it knew the answer.
void H1ServerCodec::give_tunnel_bytes() {
  while (!held_.empty() && request_ == Request::kTunnel) {
    const std::span<const std::byte> bytes = held_.front();
    const size_t size = bytes.size();
    give_body(bytes, End::kNo);
    held_.drop_front(size);
  }
  if (input_ended_) end_tunnel();
}

void H1ServerCodec::end_tunnel() {
  if (request_ != Request::kTunnel) return;
  forsake_input();
  events_.on_body(id_, {}, End::kYes);
}

// When it is over on both sides.
void H1ServerCodec::close_request() {
  if (!answer_.done() || answer_.has_output() || request_ != Request::kDone) return;
  if (persistence_ == Persistence::kCloses) return;
  owed_ = 0;
  discarding_ = false;
  request_ = Request::kHead;
  answer_.forget();
}

bool H1ServerCodec::wants_input() const {
  if (request_ == Request::kDropped) return true;
  // With all of a request here, what is owed of it grows no more, and only who still reads sees its
  // client leave.
  const bool owes_too_much = owed_ >= kMostOwedBytes && request_ != Request::kDone;
  return !owes_too_much && held_.size() < kMostHeldBytes;
}

bool H1ServerCodec::inside_body() const {
  return request_ == Request::kSized || request_ == Request::kChunked;
}

bool H1ServerCodec::idle() const {
  return request_ == Request::kHead && !reader_.begun() && held_.empty() && !has_output();
}

bool H1ServerCodec::finished() const {
  const bool answered = answer_.nothing() || answer_.done();
  return persistence_ == Persistence::kCloses && answered && !has_output();
}

}  // namespace weir::http
