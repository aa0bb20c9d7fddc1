#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "load-tests/origin/discipline.h"
#include "load-tests/origin/replies.h"
#include "load-tests/origin/request_reader.h"
#include "proxy/transport/transport.h"

// One client of the origin: reads its requests and writes the answers in their order; it does not
// know how an answer comes about.
namespace weir::origin {

class Connection final : private transport::TransportEvents {
 public:
  // What it asks of whoever holds it.
  class Owner {
   public:
    virtual RequestId new_id() = 0;
    // May be answered from inside.
    virtual void on_request(Connection& from, RequestId id, std::string_view path) = 0;
    // Nobody waits for the answer any more.
    virtual void on_left(RequestId id) = 0;
    // Last news: to be destroyed after this turn.
    virtual void on_gone(Connection& gone) = 0;

   protected:
    ~Owner() = default;
  };

  // `owner` and `replies` outlive it.
  Connection(Owner& owner, Replies& replies, std::unique_ptr<transport::Transport> transport);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For a request of this connection, once: with the usual body, or with a text of its own.
  void answer(RequestId id, int status);
  void answer_text(RequestId id, int status, std::string_view type, std::string text);

 private:
  struct Pending {
    RequestId id;
    int status = 0;  // 0: not answered yet
    bool head_only = false;
    bool keeps_connection = true;
    bool begun = false;
    std::string text;  // head and body together; empty: the usual answer
  };

  void on_open() override {}
  void on_bytes(std::span<const std::byte> bytes) override;
  void on_end() override { gone(); }
  void on_drained() override;
  void on_closed(transport::CloseReason) override { gone(); }

  void take_request(Request& request);
  void refuse();
  Pending& pending(RequestId id);
  void write_answers();
  bool write_body();
  void flush();
  void close();
  void gone();

  Owner& owner_;
  Replies& replies_;
  std::unique_ptr<transport::Transport> transport_;
  RequestReader reader_;
  std::deque<Pending> pending_;  // the oldest first
  uint64_t body_left_ = 0;       // of the oldest, once begun
  Buffer output_;
  bool reading_now_ = false;  // what is answered meanwhile leaves in one write
  bool gone_ = false;
};

}  // namespace weir::origin
