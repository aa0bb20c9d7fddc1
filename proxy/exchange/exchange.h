#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "limiters/limiter.h"
#include "limiters/retry_after.h"
#include "proxy/exchange/classifier.h"
#include "proxy/exchange/ending.h"
#include "proxy/exchange/params.h"
#include "proxy/exchange/placeless.h"
#include "proxy/exchange/rejections.h"
#include "proxy/exchange/request_body.h"
#include "proxy/exchange/streams.h"
#include "proxy/exchange/times.h"

// One request and its response, from head to ending; it knows neither sockets nor versions of HTTP
// nor how a limit is found.
namespace weir::exchange {

// What every exchange of one loop shares; all outlive it.
struct Rooms {
  const ExchangeParams& params;
  const Rejections& rejections;
  const Classifier& classifier;
  limiters::Limiter& limiter;
  limiters::RetryAfter& retry_after;
  Backends& backends;
  Ledger& ledger;
  limiters::Timeline& timeline;
};

class Exchange final : public RequestEvents, public ResponseEvents, private limiters::Waiter {
 public:
  // `client` outlives the exchange, `rooms` too.
  Exchange(ClientStream& client, http::RequestHead&& head, http::End end, Rooms& rooms);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() = default;

  // Once. Asks for a permit and goes on from there, at once or, of a short one, when all of it is
  // here; may end the exchange before it returns.
  void start();
  Stage stage() const { return stage_; }
  // What the client is waiting for is the service, or its turn: its own silence is no stall.
  bool request_complete() const { return body_.complete(); }

  void on_request_body(std::span<const std::byte> bytes, http::End end) override;
  void on_request_trailers(const http::Headers& trailers) override;
  void on_response_sent(size_t body_bytes) override {
    if (backend_) backend_->consumed(body_bytes);
  }
  void on_client_left() override;
  void on_request_failed(const http::ProtocolError& why) override;
  void on_client_stalled() override;
  void on_shutdown() override;

  void on_backend_open() override;
  void on_backend_replaced() override;
  void on_informational(http::ResponseHead&& head) override;
  void on_response_head(http::ResponseHead&& head, http::End end) override;
  void on_response_body(std::span<const std::byte> bytes, http::End end) override;
  void on_response_trailers(const http::Headers& trailers) override;
  void on_response_held() override;
  void on_request_sent(size_t body_bytes) override;
  void on_backend_failed(BackendFailure why, std::string_view text) override;

 private:
  void on_permit(limiters::Permit permit) override;
  void on_rejected(limiters::Rejection why) override {
    rejection_ = why;
    end(Ending::kRejected);
  }

  void move_to(Stage next) {
    assert(may_follow(stage_, next));
    stage_ = next;
  }
  void ask();
  void granted(limiters::Permit permit);
  void take(limiters::Permit permit);
  void open_backend(Reuse reuse);
  void body_came();
  void tunnelled(std::span<const std::byte> bytes, http::End end_of_tunnel);
  void answered_early();
  void stands(Ending good_end, Placeless as);
  bool begun() const { return stage_ == Stage::kAnswering; }
  bool comes_back() const;
  void come_back();
  bool may_retry() const;
  void response_complete();
  // Every path comes here, once: permit, reply or reset, metrics, log.
  void end(Ending how, std::string_view error_text = {});
  void tell_client(Ending how, std::string_view error_text);
  void reply(Ending how, std::string_view error_text);
  void reply_rejected();
  Stage stage_at_end(Ending how) const;
  void record(Ending how, std::string_view error_text) const;
  limiters::Outcome outcome_of(Ending how) const;

  ClientStream& client_;
  Rooms& rooms_;
  http::RequestHead head_;
  // As the client sent them, whatever is sent on.
  const std::string_view target_, request_id_;
  Stage stage_ = Stage::kArrived;
  Stage ended_in_ = Stage::kArrived;
  RequestBody body_;
  bool gathers_ = false;               // it asks for a place when enough of the request is here
  bool returning_ = false;             // the last of the body waits until it has a place again
  Ending good_end_ = Ending::kServed;  // when nothing goes wrong
  bool response_complete_ = false;
  bool exempt_ = false;
  bool retried_ = false;
  bool forwarded_rules_applied_ = false;
  std::optional<limiters::Arrival> arrival_;  // once it has asked for a place
  std::optional<std::string_view> partition_name_;
  int status_ = 0;
  std::optional<int> retry_after_seconds_;
  std::optional<limiters::Rejection> rejection_;
  std::optional<limiters::Permit> permit_;
  Placelessness placeless_;
  BackendStreamPtr backend_;
  uint64_t response_bytes_ = 0;
  limiters::LimiterStats at_arrival_;  // for the log
  Times times_;
};

}  // namespace weir::exchange
