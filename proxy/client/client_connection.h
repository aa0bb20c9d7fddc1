#pragma once

#include <memory>
#include <string>

#include "limiters/timeline.h"
#include "proxy/exchange/exchange.h"
#include "proxy/http/h1_server_codec.h"
#include "proxy/loop/deadline.h"
#include "proxy/loop/turn_queue.h"
#include "proxy/transport/transport.h"

// One accepted connection: the only owner of its transport, its codec and the exchanges on it; it
// does not know what becomes of a request.
namespace weir::client {

// A client that shuts its sending side looks like one that left.
enum class HalfClose : uint8_t { kCancel, kServe };

struct ClientParams {
  http::HeadLimits request_limits;
  limiters::Duration request_head_timeout = std::chrono::seconds(10);  // from its first byte
  limiters::Duration idle_timeout = std::chrono::seconds(75);
  limiters::Duration body_stall_timeout = std::chrono::seconds(30);
  size_t max_discarded_bytes = 64 * 1024;  // of a request body that nobody wants
  HalfClose half_close = HalfClose::kCancel;
};

class ClientConnection;

class ClientConnectionOwner {
 public:
  // It has no future; to be buried, not destroyed at once.
  virtual void on_over(ClientConnection& connection) = 0;

 protected:
  ~ClientConnectionOwner() = default;
};

class ClientConnection final : private transport::TransportEvents,
                               private http::ServerCodecEvents,
                               private loop::DeadlineEvents,
                               private loop::TurnQueue::Task {
 public:
  // Everything referred to outlives the connection. `peer_address` is without a port.
  ClientConnection(std::unique_ptr<transport::Transport> transport, std::string peer_address,
                   const ClientParams& params, exchange::Rooms& rooms, loop::TurnQueue& turn_queue,
                   ClientConnectionOwner& owner);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  void start();
  // Says goodbye with the next response. One without a request in progress stays open for a last
  // one that may be on its way, until `idle_until`.
  void drain(limiters::TimePoint idle_until);
  // Cuts what is still open.
  void shut_down();
  bool idle() const { return stream_ == nullptr; }

  // Place in the owner's list; the owner's alone.
  size_t place = 0;

 private:
  class Stream;

  void on_open() override;
  void on_bytes(std::span<const std::byte> bytes) override;
  void on_end_ahead() override;
  void on_end() override;
  void on_drained() override;
  void on_closed(transport::CloseReason why) override;

  void on_request(http::StreamId id, http::RequestHead&& head, http::End end) override;
  void on_body(http::StreamId id, std::span<const std::byte> bytes, http::End end) override;
  void on_trailers(http::StreamId id, http::Headers trailers) override;
  void on_sent(http::StreamId id, size_t body_bytes) override;
  void on_reset(http::StreamId id, http::ResetReason why) override;

  void on_missed() override;
  void at_turn_end() override;

  Stream* find(http::StreamId id);
  bool end_cancels() const;
  void client_left();
  void stream_ended();
  void refuse(const http::ProtocolError& why);
  void broken(const http::ProtocolError& why);
  bool pump();
  void wrote();
  bool flushed() const { return !codec_.has_output() && transport_->unsent() == 0; }
  bool reads_no_more() const {
    return !flushed() && last_write_ + params_.body_stall_timeout <= rooms_.timeline.now();
  }
  void watch();
  limiters::TimePoint next_deadline() const;
  transport::CloseHow giving_up() const;
  void leave(transport::CloseHow how);

  std::unique_ptr<transport::Transport> transport_;
  const ClientParams& params_;
  exchange::Rooms& rooms_;
  loop::TurnQueue& turn_queue_;
  ClientConnectionOwner& owner_;
  std::string peer_address_;
  http::H1ServerCodec codec_;
  loop::Deadline deadline_;
  std::unique_ptr<Stream> stream_;  // HTTP/1 has one at most
  std::unique_ptr<Stream> ended_;  // the last that has, holding the one before; until the turn ends
  bool over_ = false;
  bool broken_ = false;  // nothing more is read; what is queued goes out, then it closes
  bool input_ended_ = false;
  limiters::TimePoint drain_idle_until_ = loop::Deadline::kNever;
  limiters::TimePoint head_began_ = loop::Deadline::kNever;
  limiters::TimePoint last_read_;
  limiters::TimePoint last_write_;
  limiters::TimePoint idle_since_;
  size_t unsent_seen_ = 0;
  size_t uncredited_ = 0;  // body bytes of the present response that the transport was given
};

}  // namespace weir::client
