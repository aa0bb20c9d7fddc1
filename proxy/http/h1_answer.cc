#include "proxy/http/h1_answer.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "proxy/http/h1_request_writer.h"
#include "proxy/http/h1_response_writer.h"

namespace weir::http {
namespace {

ConnectionOption option_of(Persistence persistence) {
  switch (persistence) {
    case Persistence::kCloses:
      return ConnectionOption::kClose;
    case Persistence::kPersists:
      return ConnectionOption::kNone;
    case Persistence::kPersistsWhenTold:
      return ConnectionOption::kKeepAlive;
  }
  return ConnectionOption::kClose;
}

}  // namespace

void H1Answer::expect(const RequestHead& request) {
  assert(at_ == At::kNothing);
  at_ = At::kHead;
  http10_ = request.version == Version::kHttp10;
  head_request_ = request.method == "HEAD";
}

// ---- heads ----

void H1Answer::send_informational(const ResponseHead& head) {
  if (at_ != At::kHead || http10_) return;
  overhead_unsent_ += append_response_head(output_, head, {}, ConnectionOption::kNone);
}

void H1Answer::switch_protocols(const ResponseHead& head) {
  assert(at_ == At::kHead && !http10_);
  overhead_unsent_ += append_response_head(output_, head, {}, ConnectionOption::kUpgrade);
  at_ = At::kTunnel;
}

void H1Answer::send_final(const ResponseHead& head, End end, Persistence& persistence) {
  if (at_ != At::kHead) return;
  const BodyLength framing = begin_body(head, end);
  if (framing.kind == BodyLength::Kind::kUntilClose) persistence = Persistence::kCloses;
  overhead_unsent_ += append_response_head(output_, head, framing, option_of(persistence));
  if (bodyless(head.status)) {
    at_ = At::kDone;
  } else if (end == End::kYes) {
    send_body(Buffer(), End::kYes);
  }
}

bool H1Answer::bodyless(int status) const {
  return head_request_ || status == 204 || status == 304;
}

// Returns what the head announces.
BodyLength H1Answer::begin_body(const ResponseHead& head, End end) {
  using Kind = BodyLength::Kind;
  if (head.status == 204) return {};
  // The length of the body that a GET would have had.
  if (bodyless(head.status)) return head.body.kind == Kind::kKnown ? head.body : BodyLength{};
  if (head.body.kind == Kind::kKnown || head.body.kind == Kind::kNone || end == End::kYes) {
    at_ = At::kSized;
    left_ = head.body.kind == Kind::kKnown ? head.body.bytes : 0;
    return {Kind::kKnown, left_};
  }
  at_ = http10_ ? At::kUntilClose : At::kChunked;
  return {http10_ ? Kind::kUntilClose : Kind::kUnknown, 0};
}

// ---- bodies ----

void H1Answer::send_body(Buffer bytes, End end) {
  switch (at_) {
    case At::kSized:
      // The client would take what is too much for the beginning of its next response.
      if (bytes.size() > left_) bytes = bytes.take_front(static_cast<size_t>(left_));
      left_ -= bytes.size();
      output_.append(std::move(bytes));
      if (end == End::kYes && left_ > 0) return cut();
      break;
    case At::kChunked:
      if (!bytes.empty()) overhead_unsent_ += append_chunk(output_, std::move(bytes));
      if (end == End::kYes) overhead_unsent_ += append_last_chunk(output_, Headers());
      break;
    case At::kUntilClose:
    case At::kTunnel:
      output_.append(std::move(bytes));
      break;
    case At::kNothing:
    case At::kHead:
    case At::kDone:
      return;
  }
  if (end == End::kYes) at_ = At::kDone;
}

void H1Answer::send_trailers(const Headers& trailers) {
  if (at_ != At::kChunked) return send_body(Buffer(), End::kYes);
  overhead_unsent_ += append_last_chunk(output_, trailers);
  at_ = At::kDone;
}

void H1Answer::send_ready(const ReadyReply& reply, int retry_after_seconds,
                          Persistence persistence) {
  if (at_ != At::kHead) return;
  overhead_unsent_ +=
      append_ready_reply(output_, reply, retry_after_seconds, option_of(persistence),
                         head_request_ ? BodyToo::kNo : BodyToo::kYes);
  at_ = At::kDone;
}

void H1Answer::cut() {
  cut_until_close_ = at_ == At::kUntilClose || at_ == At::kTunnel;
  was_cut_ = true;
  at_ = At::kDone;
}

void H1Answer::send_unasked(Reply reply) {
  assert(at_ == At::kNothing);
  append_response_head(output_, reply.head, reply.head.body, ConnectionOption::kClose);
  output_.append(std::move(reply.body));
  overhead_unsent_ = output_.size();
  at_ = At::kDone;
}

H1Answer::Taken H1Answer::take(size_t at_most) {
  Taken taken;
  taken.bytes =
      at_most >= output_.size() ? std::exchange(output_, Buffer()) : output_.take_front(at_most);
  const size_t overhead = std::min(taken.bytes.size(), overhead_unsent_);
  overhead_unsent_ -= overhead;
  taken.body_bytes = taken.bytes.size() - overhead;
  return taken;
}

}  // namespace weir::http
