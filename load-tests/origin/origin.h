#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "load-tests/origin/connection.h"
#include "load-tests/origin/service.h"
#include "load-tests/pieces/exact_alarm.h"
#include "proxy/loop/event_loop.h"
#include "proxy/transport/listener.h"

// A service behind a socket: lets the model say when each request is answered; it does not know how
// the model decides.
namespace weir::origin {

class Origin final : private Connection::Owner {
 public:
  // `loop` outlives it. Null when it cannot listen; `error` then says why.
  static std::unique_ptr<Origin> open(loop::EventLoop& loop, const ServiceParams& params,
                                      uint64_t body_bytes, const transport::SocketAddress& address,
                                      std::string& error);
  ~Origin();

  const transport::SocketAddress& address() const { return listener_->local_address(); }

 private:
  Origin(loop::EventLoop& loop, const ServiceParams& params, uint64_t body_bytes);

  RequestId new_id() override { return ++last_id_; }
  void on_request(Connection& from, RequestId id, std::string_view path) override;
  void on_left(RequestId id) override;
  void on_gone(Connection& gone) override;

  void accept(transport::Fd socket);
  bool restart();
  void advance();
  void set_alarm();
  std::string stats() const;

  loop::EventLoop& loop_;
  ServiceParams params_;
  Service service_;
  Replies replies_;
  pieces::ExactAlarm alarm_;
  RequestId last_id_ = 0;
  std::unordered_map<RequestId, Connection*> waiting_;  // for the service; and who asked
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
  std::vector<Answer> due_;  // empty between calls; keeps its memory
  std::unique_ptr<transport::Listener> listener_;
};

}  // namespace weir::origin
