#include "proxy/client/client_connection.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "proxy/buffer/block_pool.h"
#include "proxy/exchange/own_answer.h"

namespace weir::client {

using http::End;
using loop::Deadline;
using transport::CloseHow;
using transport::Transport;

namespace {

// More than one read brings, its head and chunk lines included, so that it is one write.
constexpr size_t kWriteBytes = 128 * 1024;

}  // namespace

// ---- one request on the connection ----

class ClientConnection::Stream final : public exchange::ClientStream, public Pooled {
 public:
  Stream(ClientConnection& connection, http::StreamId id, http::RequestHead&& head, End end)
      : connection_(connection),
        id_(id),
        expects_continue_(head.expects_continue),
        exchange_(*this, std::move(head), end, connection.rooms_) {}

  exchange::Exchange& exchange() { return exchange_; }
  const exchange::Exchange& exchange() const { return exchange_; }
  http::StreamId id() const { return id_; }

  void send_head(const http::ResponseHead& head, End end) override {
    connection_.codec_.send_head(id_, head, end);
    connection_.wrote();
  }
  void send_body(Buffer bytes, End end) override {
    connection_.codec_.send_body(id_, std::move(bytes), end);
    connection_.wrote();
  }
  void send_trailers(const http::Headers& trailers) override {
    connection_.codec_.send_trailers(id_, trailers);
    connection_.wrote();
  }
  void send_ready(const http::ReadyReply& reply, int retry_after_seconds) override {
    connection_.codec_.send_ready(id_, reply, retry_after_seconds);
    connection_.wrote();
  }
  void consumed(size_t request_bytes) override {
    connection_.codec_.consumed(id_, request_bytes);
    connection_.turn_queue_.add(connection_);
  }
  void discard_request() override {
    // Who waits for a 100 has not sent its body, and whether it ever will cannot be told.
    connection_.codec_.discard_body(
        id_, expects_continue_ ? 0 : connection_.params_.max_discarded_bytes);
    connection_.turn_queue_.add(connection_);
  }
  void reset(http::ResetReason why) override {
    connection_.codec_.reset(id_, why);
    connection_.wrote();
  }
  void ended() override { connection_.stream_ended(); }
  std::string_view peer_address() const override { return connection_.peer_address_; }
  std::string_view scheme() const override { return "http"; }

  std::unique_ptr<Stream> before;  // that ended in the same turn; the connection's alone

 private:
  ClientConnection& connection_;
  const http::StreamId id_;
  const bool expects_continue_;
  exchange::Exchange exchange_;
};

// ---- the connection ----

ClientConnection::ClientConnection(std::unique_ptr<Transport> transport, std::string peer_address,
                                   const ClientParams& params, exchange::Rooms& rooms,
                                   loop::TurnQueue& turn_queue, ClientConnectionOwner& owner)
    : transport_(std::move(transport)),
      params_(params),
      rooms_(rooms),
      turn_queue_(turn_queue),
      owner_(owner),
      peer_address_(std::move(peer_address)),
      codec_(*this, params.request_limits),
      deadline_(rooms.timeline, *this),
      last_read_(rooms.timeline.now()),
      last_write_(last_read_),
      idle_since_(last_read_) {}

ClientConnection::~ClientConnection() {
  if (!over_) transport_->close(giving_up());
}

void ClientConnection::start() {
  transport_->start(*this);
  turn_queue_.add(*this);
}

void ClientConnection::drain(limiters::TimePoint idle_until) {
  drain_idle_until_ = idle_until;
  codec_.drain();
  turn_queue_.add(*this);
}

void ClientConnection::shut_down() {
  if (over_) return;
  if (stream_) stream_->exchange().on_shutdown();
  broken_ = true;
  turn_queue_.add(*this);
}

// ---- from the transport ----

void ClientConnection::on_open() {}

void ClientConnection::on_bytes(std::span<const std::byte> bytes) {
  last_read_ = rooms_.timeline.now();
  turn_queue_.add(*this);
  if (broken_) return;
  if (auto error = codec_.feed(bytes)) broken(*error);
}

// What it has said before is not read first: a body of which much is held is read no further while
// it waits, and that may be for long.
void ClientConnection::on_end_ahead() {
  if (!over_ && !broken_ && end_cancels()) client_left();
}

void ClientConnection::on_end() {
  if (over_) return;
  input_ended_ = true;
  turn_queue_.add(*this);
  if (broken_) return;
  if (end_cancels()) return client_left();
  const bool open = stream_ != nullptr;
  if (auto error = codec_.end_of_input()) return broken(*error);
  if (!open && flushed()) leave(CloseHow::kFlush);
}

// The end of what the client says is taken for its leaving, and a request of it is open.
bool ClientConnection::end_cancels() const {
  return stream_ != nullptr && params_.half_close == HalfClose::kCancel && !codec_.tunnel();
}

void ClientConnection::client_left() {
  stream_->exchange().on_client_left();
  leave(giving_up());
}

void ClientConnection::on_drained() { turn_queue_.add(*this); }

void ClientConnection::on_closed(transport::CloseReason) {
  if (over_) return;
  over_ = true;
  if (stream_) stream_->exchange().on_client_left();
  deadline_.set(Deadline::kNever);
  owner_.on_over(*this);
}

// ---- from the codec ----

void ClientConnection::on_request(http::StreamId id, http::RequestHead&& head, End end) {
  head_began_ = Deadline::kNever;
  assert(!stream_);
  stream_ = std::make_unique<Stream>(*this, id, std::move(head), end);
  stream_->exchange().start();
}

void ClientConnection::on_body(http::StreamId id, std::span<const std::byte> bytes, End end) {
  if (Stream* stream = find(id)) {
    stream->exchange().on_request_body(bytes, end);
  } else {
    codec_.consumed(id, bytes.size());
  }
}

void ClientConnection::on_trailers(http::StreamId id, http::Headers trailers) {
  if (Stream* stream = find(id)) stream->exchange().on_request_trailers(trailers);
}

void ClientConnection::on_sent(http::StreamId id, size_t body_bytes) {
  if (find(id) != nullptr) uncredited_ += body_bytes;
}

void ClientConnection::on_reset(http::StreamId id, http::ResetReason) {
  if (Stream* stream = find(id)) stream->exchange().on_client_left();
}

ClientConnection::Stream* ClientConnection::find(http::StreamId id) {
  return stream_ && stream_->id() == id ? stream_.get() : nullptr;
}

void ClientConnection::stream_ended() {
  stream_->before = std::move(ended_);
  ended_ = std::move(stream_);
  uncredited_ = 0;
  idle_since_ = rooms_.timeline.now();
  if (!over_) turn_queue_.add(*this);
}

// ---- what the client did wrong ----

void ClientConnection::broken(const http::ProtocolError& why) {
  broken_ = true;
  turn_queue_.add(*this);
  if (!stream_) return refuse(why);
  if (!stream_->exchange().request_complete()) stream_->exchange().on_request_failed(why);
}

void ClientConnection::refuse(const http::ProtocolError& why) {
  const exchange::Ending ending =
      why.status == 408 ? exchange::Ending::kRequestTimedOut : exchange::Ending::kRequestRefused;
  exchange::ExchangeFacts facts;
  facts.ending = ending;
  const http::RequestHead* head = codec_.refused();
  if (head != nullptr && !head->method.empty()) {
    facts.method = head->method;
    facts.target = head->target;
    facts.authority = head->authority;
    facts.request_id = head->headers.get(http::Name::kXRequestId).value_or("");
    facts.version = exchange::word_of(head->version);
  }
  facts.peer_address = peer_address_;
  facts.error_text = why.reason;
  facts.status = why.status;
  if (head_began_ != Deadline::kNever) facts.total = rooms_.timeline.now() - head_began_;
  const limiters::LimiterStats stats = rooms_.limiter.stats();
  facts.limit = stats.limit;
  facts.in_flight = stats.in_flight;
  facts.waiting = stats.waiting;
  http::Reply reply =
      exchange::own_answer(ending, why.status, why.reason, std::nullopt, rooms_.params);
  if (facts.method == "HEAD") reply.body.clear();
  facts.response_bytes = reply.body.size();
  codec_.send_error(std::move(reply));
  rooms_.ledger.record(facts);
}

// ---- end of a turn ----

void ClientConnection::at_turn_end() {
  // One by one, since many may have ended in this turn, each holding the one before.
  while (ended_) ended_ = std::move(ended_->before);
  if (over_) return;
  // A response that has ended makes room for the next request on the line, whose answer may be
  // ready at once.
  while (pump() && !stream_ && !broken_ && codec_.held() > 0) {
    if (auto error = codec_.resume()) broken(*error);
    if (!stream_ && !codec_.has_output()) break;
  }
  if (over_) return;
  if (flushed() && !stream_ && (codec_.finished() || broken_ || input_ended_))
    return leave(codec_.must_reset() ? CloseHow::kReset : CloseHow::kFlush);
  const bool reading = codec_.wants_input() || broken_;
  if (reading != transport_->reading() && !input_ended_) {
    last_read_ = rooms_.timeline.now();
    reading ? transport_->resume_reading() : transport_->pause_reading();
  }
  watch();
}

// True when the transport has room for more.
bool ClientConnection::pump() {
  while (codec_.has_output() && transport_->unsent() < Transport::kHighWaterBytes)
    transport_->send(codec_.take_output(kWriteBytes));
  // What the kernel has not taken is no invitation to read more.
  if (transport_->unsent() == 0 && uncredited_ > 0)
    stream_->exchange().on_response_sent(std::exchange(uncredited_, 0));
  return transport_->unsent() < Transport::kHighWaterBytes;
}

void ClientConnection::wrote() {
  if (!codec_.has_output() || transport_->unsent() == 0) last_write_ = rooms_.timeline.now();
  turn_queue_.add(*this);
}

// ---- time ----

void ClientConnection::watch() {
  const limiters::TimePoint now = rooms_.timeline.now();
  if (transport_->unsent() < unsent_seen_ || transport_->unsent() == 0) last_write_ = now;
  unsent_seen_ = transport_->unsent();
  if (!codec_.inside_head()) {
    head_began_ = Deadline::kNever;
  } else if (head_began_ == Deadline::kNever) {
    head_began_ = now;
  }
  deadline_.set(next_deadline());
}

limiters::TimePoint ClientConnection::next_deadline() const {
  if (codec_.tunnel()) return Deadline::kNever;
  limiters::TimePoint earliest = Deadline::kNever;
  const auto by = [&](limiters::TimePoint when) { earliest = std::min(earliest, when); };
  const bool all_sent = flushed();
  if (!all_sent) by(last_write_ + params_.body_stall_timeout);
  if (codec_.inside_body() && transport_->reading() && !broken_)
    by(last_read_ + params_.body_stall_timeout);
  if (head_began_ != Deadline::kNever) by(head_began_ + params_.request_head_timeout);
  if (all_sent && earliest == Deadline::kNever && !stream_) {
    by(idle_since_ + params_.idle_timeout);
    by(std::max(drain_idle_until_, idle_since_));
  }
  return earliest;
}

void ClientConnection::on_missed() {
  if (over_) return;
  const limiters::TimePoint now = rooms_.timeline.now();
  // What it has read in time a loop that was held up may not have heard yet.
  if (reads_no_more() && transport_->takes_more()) last_write_ = now;
  watch();
  if (next_deadline() > now) return;
  if (reads_no_more()) {
    if (stream_) stream_->exchange().on_client_stalled();
    return leave(giving_up());
  }
  // What it has sent in time a loop that was held up may not have heard yet, and goes on when it
  // has.
  if (transport_->reading() && transport_->owes_news()) return deadline_.set(Deadline::kNever);
  if (head_began_ != Deadline::kNever)
    return broken({408, "the request head did not come in time"});
  if (codec_.inside_body() && stream_) return broken({408, "the request body stopped coming"});
  leave(CloseHow::kFlush);
}

// How a connection ends whose client is not served to the end.
CloseHow ClientConnection::giving_up() const {
  return codec_.must_reset() ? CloseHow::kReset : CloseHow::kNow;
}

void ClientConnection::leave(CloseHow how) {
  if (over_) return;
  over_ = true;
  deadline_.set(Deadline::kNever);
  transport_->close(how);
  owner_.on_over(*this);
}

}  // namespace weir::client
