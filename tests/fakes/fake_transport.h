#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/transport/transport.h"

// A connection whose other end is the test: it keeps what was sent and says what the test says.
namespace weir::fakes {

class FakeTransport final : public transport::Transport {
 public:
  // What is known of it, also when it is gone.
  struct Record {
    FakeTransport* transport = nullptr;  // null when destroyed
    std::string sent;
    bool reading = true;
    bool owes_news = false;
    std::optional<transport::SocketAddress> peer;
    std::optional<transport::CloseHow> closed;
  };

  // `record` outlives it.
  explicit FakeTransport(Record& record) : record_(record) { record_.transport = this; }
  ~FakeTransport() override { record_.transport = nullptr; }

  void start(transport::TransportEvents& events) override { events_ = &events; }
  void send(Buffer bytes) override { record_.sent += bytes.to_string(); }
  size_t unsent() const override { return 0; }
  void pause_reading() override { record_.reading = false; }
  void resume_reading() override { record_.reading = true; }
  bool reading() const override { return record_.reading; }
  bool owes_news() const override { return record_.owes_news; }
  bool takes_more() const override { return true; }
  void close(transport::CloseHow how) override { record_.closed = how; }
  std::optional<transport::SocketAddress> peer() const override { return record_.peer; }
  const std::string& error_text() const override { return error_text_; }

  void open() { events_->on_open(); }
  void bytes(std::string_view text) { events_->on_bytes(bytes_of(text)); }
  void end() { events_->on_end(); }
  void fail(transport::CloseReason why) { events_->on_closed(why); }

 private:
  Record& record_;
  transport::TransportEvents* events_ = nullptr;
  std::string error_text_;
};

}  // namespace weir::fakes
