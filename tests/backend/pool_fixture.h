#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limiters/timeline.h"
#include "proxy/backend/backend_pool.h"
#include "proxy/loop/turn_queue.h"
#include "tests/fakes/fake_transport.h"

// A pool whose connections lead to the test, and callers who let go when they are answered; it does
// not know what is tested.
namespace weir::backend {

using exchange::Reuse;
using fakes::FakeTransport;
using std::chrono::seconds;

inline constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

// A request that lets go of its connection as soon as it is answered, as an exchange does.
class Caller final : public exchange::ResponseEvents {
 public:
  Caller(BackendPool& pool, Reuse reuse = Reuse::kAllowed) : stream(pool.open(*this, reuse)) {
    stream->send_request(head("GET"), http::End::kYes);
  }
  Caller(BackendPool& pool, std::string_view posted) : stream(pool.open(*this, Reuse::kAllowed)) {
    http::RequestHead post = head("POST");
    post.body = {http::BodyLength::Kind::kKnown, posted.size()};
    stream->send_request(post, http::End::kNo);
    stream->send_body(Buffer(posted), http::End::kYes);
  }

  static http::RequestHead head(std::string_view method) {
    http::RequestHead head;
    head.method = method;
    head.target = "/";
    head.authority = "service";
    return head;
  }

  void on_backend_open() override {}
  void on_backend_replaced() override { ++replaced; }
  void on_informational(http::ResponseHead&&) override {}
  void on_response_head(http::ResponseHead&& head, http::End end) override {
    status = head.status;
    if (end == http::End::kYes) stream.reset();
  }
  void on_response_body(std::span<const std::byte> bytes, http::End end) override {
    body += text_of(bytes);
    if (end == http::End::kYes) stream.reset();
  }
  void on_response_trailers(const http::Headers&) override { stream.reset(); }
  void on_response_held() override {}
  void on_request_sent(size_t) override {}
  void on_backend_failed(exchange::BackendFailure why, std::string_view) override {
    failure = why;
    stream.reset();
  }

  exchange::BackendStreamPtr stream;
  int status = 0;
  int replaced = 0;
  std::string body;
  std::optional<exchange::BackendFailure> failure;
};

class BackendPoolTest : public ::testing::Test {
 protected:
  FakeTransport& at(size_t place) { return *dialled.at(place).transport; }
  void stand(size_t place) {
    at(place).open();
    turn_queue.run();
  }
  void leave_one_idle() {
    const Caller caller(pool);
    stand(0);
    at(0).bytes(kAnswer);
    turn_queue.run();
  }
  void pass(limiters::Duration time) {
    timeline.run_until(timeline.now() + time);
    turn_queue.run();
  }

  BackendParams params;
  limiters::Timeline timeline{limiters::TimePoint(seconds(1))};
  // Outlives what is buried.
  std::deque<FakeTransport::Record> dialled;
  loop::TurnQueue turn_queue;
  std::vector<std::string> silent;
  BackendPool pool{
      params,
      [this]() -> std::unique_ptr<transport::Transport> {
        return std::make_unique<FakeTransport>(dialled.emplace_back());
      },
      timeline, turn_queue,
      [this](const transport::SocketAddress& address) { silent.push_back(address.text()); }};
};

}  // namespace weir::backend
