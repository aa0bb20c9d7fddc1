#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "load-tests/load/response_reader.h"
#include "proxy/transport/transport.h"

// One connection to the target, with one request at a time on it; it does not know when requests
// are due.
namespace weir::load {

// Stands for one request, given in rising order.
using Ticket = uint64_t;

// Why a request got no answer.
enum class Failure : uint8_t {
  kConnect,  // no connection came about
  kBroken,   // the connection ended before the answer did
  kGarbled   // what came is no answer of HTTP/1.1
};

// What is asked each time, written once. Outlives the connections.
struct RequestText {
  std::string bytes;
  ResponseReader::Asked asked = ResponseReader::Asked::kBody;
};

class Connection final : private transport::TransportEvents {
 public:
  class Owner {
   public:
    virtual void on_opened(Connection& connection) = 0;
    // Another request may be sent from inside when the connection is free().
    virtual void on_reply(Connection& connection, Ticket ticket, const Reply& reply) = 0;
    virtual void on_failed(Ticket ticket, Failure why, const std::string& text) = 0;
    // Last news: to be destroyed after this turn.
    virtual void on_gone(Connection& connection) = 0;

   protected:
    ~Owner() = default;
  };

  // `owner` and `request` outlive it. Connecting begins at once.
  Connection(Owner& owner, const RequestText& request,
             std::unique_ptr<transport::Transport> transport);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Only when free(); also while it is still connecting.
  void send(Ticket ticket);
  bool free() const { return !ticket_ && !closing_; }
  bool opened() const { return opened_; }
  // Why it did not open; empty when that is not so.
  const std::string& error_text() const { return transport_->error_text(); }
  // Its request is given up, and with it the connection: on_gone() follows, no other news.
  void abandon();

 private:
  void on_open() override;
  void on_bytes(std::span<const std::byte> bytes) override;
  void on_end() override;
  void on_drained() override {}
  void on_closed(transport::CloseReason) override;

  void replied(const Reply& reply);
  void broken(Failure why, const std::string& text);
  void leave();

  Owner& owner_;
  const RequestText& request_;
  std::unique_ptr<transport::Transport> transport_;
  ResponseReader reader_;
  std::optional<Ticket> ticket_;
  bool opened_ = false;
  bool closing_ = false;
};

}  // namespace weir::load
