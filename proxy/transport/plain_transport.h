#pragma once

#include <memory>
#include <string>

#include "proxy/loop/event_loop.h"
#include "proxy/loop/turn_queue.h"
#include "proxy/transport/connector.h"
#include "proxy/transport/polled_socket.h"
#include "proxy/transport/socket_address.h"
#include "proxy/transport/transport.h"

// Bytes over a TCP or Unix socket as they are; it does not know what encrypts or parses them.
namespace weir::transport {

class PlainTransport final : public Transport, private SocketEvents, private loop::TurnQueue::Task {
 public:
  // `loop` outlives the transport. The socket is non-blocking and connected, and tuned as its
  // listener is.
  static std::unique_ptr<PlainTransport> accepted(loop::EventLoop& loop, Fd socket);
  // Connecting begins with start().
  static std::unique_ptr<PlainTransport> connecting(loop::EventLoop& loop, ConnectPlan plan);
  static std::unique_ptr<PlainTransport> connecting(loop::EventLoop& loop,
                                                    const SocketAddress& target,
                                                    loop::Duration connect_timeout);
  // Ends with on_closed(kUnresolved) as soon as it is started; for a name without an address.
  static std::unique_ptr<PlainTransport> unresolved(loop::EventLoop& loop, std::string error_text);

  ~PlainTransport() override;

  // Bytes, the end or a reset wait in the kernel to be read.
  bool has_arrived() const;

  void start(TransportEvents& events) override;
  void send(Buffer bytes) override;
  size_t unsent() const override { return unsent_.size(); }
  void pause_reading() override { reading_ = false; }
  void resume_reading() override;
  bool reading() const override { return reading_; }
  bool owes_news() const override;
  bool takes_more() const override { return transport::takes_more(socket_.fd()); }
  std::optional<SocketAddress> peer() const override;
  void close(CloseHow how) override;
  const std::string& error_text() const override;

 private:
  enum class State : uint8_t {
    kNew,         // not started
    kConnecting,  // the connector is at work
    kOpening,     // connected, on_open is due
    kOpen,
    kFailed,  // on_closed is due
    kClosed
  };
  // What only one that connects or has failed needs.
  struct Rare {
    ConnectPlan plan;
    std::unique_ptr<Connector> connector;
    std::string error_text;
  };

  explicit PlainTransport(loop::EventLoop& loop) : loop_(loop) {}

  void on_ready(int what) override;
  void on_socket_error() override;
  void at_turn_end() override;

  void connect();
  void connected(PolledSocket socket, int error);
  void open();
  void read();
  void flush();
  void write_failed(int error);
  void noticed_hangup(int what);
  int interest() const;
  void arm() { socket_.arm(interest()); }
  void lost(int error);
  void tell_failure();
  void fail(int error);
  void fail(CloseReason why, std::string text);

  loop::EventLoop& loop_;
  TransportEvents* events_ = nullptr;
  PolledSocket socket_;
  Buffer unsent_;
  std::unique_ptr<Rare> rare_;
  State state_ = State::kNew;
  CloseReason why_closed_ = CloseReason::kFailed;
  uint32_t read_in_ = 0;  // number of the last poll that something was read in
  bool reading_ = true;
  bool ended_ = false;            // the peer's end has been read
  bool end_reported_ = false;     // or an error, and not read yet
  bool half_close_seen_ = false;  // noticed while paused, to be read later
  bool hangup_seen_ = false;      // nothing more to learn before the next read
  bool above_high_water_ = false;
  bool write_broken_ = false;  // the peer takes nothing any more, but may have said something
};

}  // namespace weir::transport
