#include "proxy/observe/plain_server.h"

#include <algorithm>
#include <utility>

#include "proxy/http/error_reply.h"
#include "proxy/http/h1_server_codec.h"
#include "proxy/loop/deadline.h"
#include "proxy/transport/plain_transport.h"

namespace weir::observe {

using http::End;
using transport::CloseHow;

namespace {

// From one request to the next, however slowly it or its answer crawls.
constexpr auto kIdle = std::chrono::seconds(10);
// However many come: a request right behind its connection is waited for, and a large answer may
// take its way.
constexpr auto kTimeToAsk = std::chrono::milliseconds(10);
constexpr auto kTimeToRead = std::chrono::seconds(1);
constexpr size_t kMostBodyBytes = 4096;
constexpr http::HeadLimits kLimits{
    .max_head_bytes = 8192, .max_fields = 64, .max_target_bytes = 2048};

// "localhost:9881" -> "localhost", "[::1]:80" -> "::1".
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.rfind(':'));
}

bool names_this_host(std::string_view authority) {
  const std::string_view host = host_of(authority);
  // A name may begin like a number: 127.0.0.1.example.com.
  const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || (numeric && host.starts_with("127."));
}

}  // namespace

std::optional<std::string_view> Query::get(std::string_view name) const {
  std::string_view left = text;
  while (!left.empty()) {
    const size_t end = left.find('&');
    const std::string_view pair = left.substr(0, end);
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return pair.substr(equals + 1);
  }
  return std::nullopt;
}

class PlainServer::Connection final : private transport::TransportEvents,
                                      private http::ServerCodecEvents,
                                      private loop::DeadlineEvents,
                                      private loop::TurnQueue::Task {
 public:
  Connection(PlainServer& server, std::unique_ptr<transport::PlainTransport> transport,
             const transport::SocketAddress& peer)
      : server_(server),
        transport_(std::move(transport)),
        peer_(peer.is_unix() ? peer.host_text() : peer.text()),
        codec_(*this, kLimits),
        idle_(server.loop_.timeline(), *this) {}

  void start() {
    transport_->start(*this);
    begin_waiting();
  }
  // When it may be closed for another.
  loop::TimePoint may_go_at() const {
    const bool answering = awaits_ != 0 || codec_.has_output() || transport_->unsent() > 0;
    // A loop that is late has not read what it asked for in time.
    if (!answering && transport_->has_arrived()) return server_.loop_.timeline().now() + kTimeToAsk;
    return waits_since_ + (answering ? loop::Duration(kTimeToRead) : loop::Duration(kTimeToAsk));
  }
  bool awaits(uint64_t ticket) const { return awaits_ == ticket; }
  void reply_late(const PlainReply& reply) {
    awaits_ = 0;
    give(reply);
    server_.loop_.turn_queue().add(*this);
  }
  void leave(CloseHow how) {
    if (std::exchange(over_, true)) return;
    transport_->close(how);
    server_.over(*this);
  }

 private:
  void on_missed() override { leave(CloseHow::kNow); }
  void on_open() override {}
  void on_bytes(std::span<const std::byte> bytes) override {
    if (auto error = codec_.feed(bytes)) refuse(*error);
    server_.loop_.turn_queue().add(*this);
  }
  void on_end() override {
    ended_ = true;
    server_.loop_.turn_queue().add(*this);
  }
  void on_drained() override { server_.loop_.turn_queue().add(*this); }
  void on_closed(transport::CloseReason) override {
    if (!std::exchange(over_, true)) server_.over(*this);
  }

  void on_request(http::StreamId id, http::RequestHead&& head, End) override {
    begin_waiting();
    // When others want its place it has had its turn.
    if (server_.crowded()) codec_.drain();
    asked_ = {.id = id, .bodyless = head.method == "HEAD"};
    const PlainReply reply = server_.answer(head, peer_);
    if (!reply.later) return give(reply);
    awaits_ = ++server_.tickets_;
    reply.later([&server = server_, ticket = awaits_](const PlainReply& late) {
      server.deliver(ticket, late);
    });
  }
  void give(const PlainReply& reply) {
    http::ResponseHead response;
    response.status = reply.status;
    response.reason = http::reason_phrase(reply.status);
    response.headers.add(http::Name::kContentType, reply.type);
    response.headers.add("Cache-Control", "no-store");
    if (reply.status == 405) response.headers.add("Allow", reply.allow);
    response.body = {http::BodyLength::Kind::kKnown, reply.body.size()};
    codec_.send_head(asked_.id, response, asked_.bodyless ? End::kYes : End::kNo);
    if (!asked_.bodyless)
      codec_.send_body(asked_.id, Buffer(std::string_view(reply.body)), End::kYes);
    codec_.discard_body(asked_.id, kMostBodyBytes);
  }
  void on_body(http::StreamId id, std::span<const std::byte> bytes, End) override {
    codec_.consumed(id, bytes.size());
  }
  void on_trailers(http::StreamId, http::Headers) override {}
  void on_sent(http::StreamId, size_t) override {}
  void on_reset(http::StreamId, http::ResetReason) override {}

  void at_turn_end() override {
    if (over_) return;
    do {
      send_output();
      if (!codec_.has_output() && !broken_ && codec_.held() > 0)
        if (auto error = codec_.resume()) refuse(*error);
    } while (codec_.has_output() && takes_more());
    // Who sends requests but does not read the answers is not read any further.
    if (codec_.wants_input() && takes_more())
      transport_->resume_reading();
    else
      transport_->pause_reading();
    const bool flushed = !codec_.has_output() && transport_->unsent() == 0;
    if (flushed && awaits_ == 0 && (codec_.finished() || broken_ || ended_))
      leave(CloseHow::kFlush);
  }

  void send_output() {
    while (codec_.has_output() && takes_more())
      transport_->send(codec_.take_output(size_t{64} << 10));
  }
  bool takes_more() const { return transport_->unsent() < transport::Transport::kHighWaterBytes; }
  void refuse(const http::ProtocolError& why) {
    broken_ = true;
    codec_.send_error(http::error_reply({.status = why.status,
                                         .proxy_error = "http_request_error",
                                         .word = "request_refused",
                                         .text = why.reason,
                                         .reveal = true,
                                         .retry_after_seconds = std::nullopt,
                                         .via_name = "weir"}));
  }
  void begin_waiting() {
    waits_since_ = server_.loop_.timeline().now();
    idle_.set(waits_since_ + kIdle);
  }

  struct Asked {
    http::StreamId id = 0;
    bool bodyless = false;
  };
  PlainServer& server_;
  std::unique_ptr<transport::PlainTransport> transport_;
  const std::string peer_;
  http::H1ServerCodec codec_;
  loop::Deadline idle_;
  loop::TimePoint waits_since_;  // it came, or asked
  Asked asked_;                  // what was asked last
  uint64_t awaits_ = 0;          // the ticket of a reply that comes later; 0: none does
  bool over_ = false;
  bool broken_ = false;
  bool ended_ = false;
};

PlainServer::PlainServer(loop::EventLoop& loop, std::vector<Route> routes, HostCheck host_check)
    : loop_(loop), routes_(std::move(routes)), host_check_(host_check) {}

PlainServer::~PlainServer() {
  while (!connections_.empty()) connections_.back()->leave(CloseHow::kNow);
}

bool PlainServer::listen(const transport::SocketAddress& address, std::string& error) {
  listener_ = transport::Listener::open(
      loop_, address,
      [this](transport::Fd socket, const transport::SocketAddress& peer) {
        connections_.push_back(std::make_unique<Connection>(
            *this, transport::PlainTransport::accepted(loop_, std::move(socket)), peer));
        connections_.back()->start();
        make_room();
      },
      nullptr, error);
  return listener_ != nullptr;
}

void PlainServer::deliver(uint64_t ticket, const PlainReply& reply) {
  const auto found = std::ranges::find_if(
      connections_, [ticket](const auto& each) { return each->awaits(ticket); });
  if (found != connections_.end()) (*found)->reply_late(reply);
}

void PlainServer::over(Connection& connection) {
  const auto found =
      std::ranges::find(connections_, &connection, [](const auto& each) { return each.get(); });
  loop_.turn_queue().bury(std::move(*found));
  connections_.erase(found);
  if (connections_.size() > kMostConnections || !listener_->paused()) return;
  make_room_.cancel();
  listener_->resume();
}

// For the one beyond the most, who has been let in to be seen; who comes after that one waits in
// the backlog.
void PlainServer::make_room() {
  if (connections_.size() <= kMostConnections) return;
  const auto first = std::ranges::min_element(connections_, {},
                                              [](const auto& each) { return each->may_go_at(); });
  const loop::TimePoint when = (*first)->may_go_at();
  if (when <= loop_.timeline().now()) return (*first)->leave(CloseHow::kNow);
  if (!listener_->paused()) listener_->pause();
  make_room_ = loop_.timeline().at(when, [this] { make_room(); });
}

bool PlainServer::from_elsewhere(const http::RequestHead& head) const {
  if (host_check_ == HostCheck::kAny) return false;
  // HTTP/1.0 may come without Host; a browser never does.
  if (!head.authority.empty() && !names_this_host(head.authority)) return true;
  const auto origin = head.headers.get("Origin");
  if (!origin) return false;
  const size_t scheme_end = origin->find("://");
  return scheme_end == std::string_view::npos || !names_this_host(origin->substr(scheme_end + 3));
}

PlainReply PlainServer::answer(const http::RequestHead& head, std::string_view peer) const {
  if (from_elsewhere(head))
    return {.status = 403, .body = "Host and Origin must name this host, e.g. localhost\n"};
  const std::string_view path = head.path();
  const size_t question = head.target.find('?');
  const Query query{question == std::string::npos
                        ? std::string_view()
                        : std::string_view(head.target).substr(question + 1),
                    peer};
  std::string allow;
  for (const Route& route : routes_) {
    if (route.path != path) continue;
    if (route.method == head.method || (route.method == "GET" && head.method == "HEAD"))
      return route.answer(query);
    if (!allow.empty()) allow += ", ";
    allow += route.method == "GET" ? "GET, HEAD" : route.method;
  }
  if (!allow.empty())
    return {.status = 405,
            .body = "this path is asked for with another method\n",
            .allow = std::move(allow)};
  return {.status = 404, .body = "no such path here\n"};
}

}  // namespace weir::observe
