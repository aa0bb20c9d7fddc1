#pragma once

#include <memory>
#include <optional>
#include <string>

#include "limiters/timeline.h"
#include "proxy/backend/lag.h"
#include "proxy/exchange/streams.h"
#include "proxy/http/h1_client_codec.h"
#include "proxy/loop/deadline.h"
#include "proxy/loop/turn_queue.h"
#include "proxy/transport/transport.h"

// One connection to the service and the request on it, if any; it does not know whose request that
// is, nor the pool's order. A used one that dies before anything of the next request has left is
// made anew, and the request does not notice; one whose request is given up before that is kept.
namespace weir::backend {

struct BackendParams {
  limiters::Duration response_head_timeout = std::chrono::seconds(60);
  limiters::Duration body_stall_timeout = std::chrono::seconds(30);
  limiters::Duration idle_timeout = std::chrono::seconds(30);  // of a pooled connection
  size_t max_idle_connections = 1024;                          // per loop
  http::HeadLimits response_limits;
};

class BackendConnection;

// The pool, as its connections see it.
class BackendConnectionOwner {
 public:
  // A transport to the service that is not started yet.
  virtual std::unique_ptr<transport::Transport> dial() = 0;
  // It can carry another request.
  virtual void on_reusable(BackendConnection& connection) = 0;
  // Its request has had no answer in time.
  virtual void on_unanswered(BackendConnection& connection) = 0;
  // The service has closed it before it had rested, and its last answer had not said so.
  virtual void on_closed_behind_answer() = 0;
  // It has no future; to be buried, not destroyed at once.
  virtual void on_over(BackendConnection& connection) = 0;

 protected:
  ~BackendConnectionOwner() = default;
};

class BackendConnection final : public exchange::BackendStream,
                                private transport::TransportEvents,
                                private http::ClientCodecEvents,
                                private loop::DeadlineEvents,
                                private loop::TurnQueue::Task {
 public:
  // `transport` is connecting or about to; everything referred to outlives the connection.
  BackendConnection(std::unique_ptr<transport::Transport> transport, const BackendParams& params,
                    limiters::Timeline& timeline, loop::TurnQueue& turn_queue,
                    BackendConnectionOwner& owner);
  BackendConnection(const BackendConnection&) = delete;
  BackendConnection& operator=(const BackendConnection&) = delete;
  ~BackendConnection() = default;

  // Starts connecting; once, outside the constructor because news may come at once.
  void start();
  // Gives the connection to a request; it is idle or new.
  exchange::BackendStreamPtr carry(exchange::ResponseEvents& events);
  bool busy() const { return events_ != nullptr; }
  // Its last request was answered.
  bool answered() const { return head_seen_; }
  // In seconds, from the last byte of its last request to the head of the answer; 0 where it had
  // none, or one that says nothing of how busy the service is.
  double answered_after_seconds() const { return answered_after_seconds_; }
  // Who closes right behind an answer would have done so by now.
  bool rested() const;
  // Where it leads; none while it does not stand.
  std::optional<transport::SocketAddress> peer() const { return transport_->peer(); }
  // It carries nothing after the request that it carries now.
  void retire() { retired_ = true; }
  // Closes it; the owner is told nothing.
  void close();

  void send_request(const http::RequestHead& head, http::End end) override;
  void send_body(Buffer bytes, http::End end) override;
  void send_trailers(const http::Headers& trailers) override;
  void consumed(size_t response_bytes) override;
  void may_be_silent() override { may_be_silent_ = true; }
  bool reused() const override { return reused_; }
  bool begun() const override { return codec_.begun(); }

  // Places in the lists of the pool, and how it is beside the others; the pool's alone.
  size_t idle_place = 0;
  size_t pool_place = 0;
  Lag lag;

 private:
  void release() noexcept override;

  void on_open() override;
  void on_bytes(std::span<const std::byte> bytes) override;
  void on_end() override;
  void on_drained() override;
  void on_closed(transport::CloseReason why) override;

  void on_informational(http::StreamId id, http::ResponseHead&& head) override;
  void on_response(http::StreamId id, http::ResponseHead&& head, http::End end) override;
  void on_body(http::StreamId id, std::span<const std::byte> bytes, http::End end) override;
  void on_trailers(http::StreamId id, http::Headers trailers) override;
  void on_sent(http::StreamId id, size_t body_bytes) override;
  void on_reset(http::StreamId id, http::ResetReason why) override;

  void on_missed() override;
  void at_turn_end() override;

  void pump();
  void settle();
  void watch();
  limiters::TimePoint next_deadline() const;
  bool output_stuck() const { return transport_->unsent() > 0 || codec_.has_output(); }
  bool may_be_held() const;
  bool untouched() const { return reused() && !begun(); }
  void closed_by_service();
  bool replaced();
  void replace();
  void fail(exchange::BackendFailure why, std::string_view text);
  void finish();

  std::unique_ptr<transport::Transport> transport_;
  const BackendParams& params_;
  limiters::Timeline& timeline_;
  loop::TurnQueue& turn_queue_;
  BackendConnectionOwner& owner_;
  http::H1ClientCodec codec_;
  loop::Deadline deadline_;

  exchange::ResponseEvents* events_ = nullptr;
  http::StreamId stream_ = 0;
  size_t owed_ = 0;        // response body bytes handed over and not yet consumed
  size_t uncredited_ = 0;  // body bytes of the present request that the transport was given
  bool open_ = false;
  // It stood when the present request, or the last, got it: it may have died since.
  bool reused_ = false;
  bool has_answered_ = false;  // some request on it
  bool over_ = false;
  bool retired_ = false;
  bool released_ =
      false;  // its request has let go; what becomes of it is settled at the end of the turn
  bool request_ended_ = false;
  bool answer_begun_ = false;  // a byte of the response to the present request has come
  bool head_seen_ = false;     // its final head
  bool tunnel_ = false;
  bool may_be_silent_ = false;
  bool held_told_ = false;  // that the client keeps the service waiting
  double answered_after_seconds_ = 0;
  size_t unsent_seen_ = 0;
  limiters::TimePoint last_read_;
  limiters::TimePoint last_write_;
  limiters::TimePoint paused_;
};

}  // namespace weir::backend
