#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "load-tests/load/run.h"
#include "load-tests/origin/origin.h"
#include "proxy/transport/listener.h"
#include "proxy/transport/plain_transport.h"
#include "tests/transport/socket_fixture.h"

namespace weir {
namespace {

using limiters::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using transport::SocketAddress;

// Both tools on one loop, over real sockets.
class LoopbackTest : public ::testing::Test {
 protected:
  LoopbackTest() {
    params.request.bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    params.profile = {{200, milliseconds(500)}};
  }
  void serve(const SocketAddress& address = transport::loopback()) {
    std::string error;
    origin = origin::Origin::open(loop, service, body_bytes, address, error);
    ASSERT_NE(origin, nullptr) << error;
  }
  // Runs the load to its end.
  load::RunResult run() {
    if (origin == nullptr) serve();
    load::Run made(loop, params, origin->address(), [this] { loop.stop(); });
    loop.run();
    EXPECT_EQ(made.unreachable(), "");
    return made.result() ? std::move(*made.result()) : load::RunResult();
  }
  static uint64_t ended(const load::Tally& tally) {
    return tally.ok + tally.shed + tally.failed + tally.errors + tally.timeouts;
  }

  loop::EventLoop loop;
  origin::ServiceParams service;
  uint64_t body_bytes = 13;
  load::RunParams params;
  std::unique_ptr<origin::Origin> origin;
};

TEST_F(LoopbackTest, EveryRequestOfALightLoadIsServed) {
  const load::RunResult result = run();
  const load::Tally& tally = result.phases.at(0);
  EXPECT_EQ(tally.due, load::make_schedule(params.profile, params.arrivals, params.seed).size());
  EXPECT_EQ(tally.ok, tally.due);
  EXPECT_EQ(tally.good, tally.due);
  EXPECT_EQ(result.first_error, "");
  EXPECT_GE(tally.ok_latency.quantile(0.01), milliseconds(10) - milliseconds(1));
}

TEST_F(LoopbackTest, AUnixSocketDoesAsWell) {
  const std::string path = ::testing::TempDir() + "weir-" + std::to_string(::getpid()) + ".sock";
  serve(*SocketAddress::from_unix_path(path));
  params.arrivals = load::Arrivals::kConstant;
  EXPECT_EQ(run().phases.at(0).ok, 100u);
}

TEST_F(LoopbackTest, AFullServiceShedsAndTheRestIsServedInTime) {
  service.workers = 1;
  service.queue = 1;
  const load::RunResult result = run();
  const load::Tally& tally = result.phases.at(0);
  EXPECT_GT(tally.shed, 0u);
  EXPECT_GT(tally.ok, 30u);
  EXPECT_EQ(tally.ok + tally.shed, tally.due);
}

TEST_F(LoopbackTest, WhatComesTooLateTimesOutFromWhenItWasDue) {
  service.workers = 1;
  service.service_time = *origin::ServiceTime::parse("constant", milliseconds(200));
  params.timeout = milliseconds(300);
  const load::RunResult result = run();
  const load::Tally& tally = result.phases.at(0);
  EXPECT_GT(tally.timeouts, 80u);
  EXPECT_EQ(tally.ok + tally.timeouts, tally.due);
  EXPECT_EQ(tally.errors, 0u);
}

TEST_F(LoopbackTest, WhoGivesUpDoesSoOnTheMillisecond) {
  service.workers = 1;
  service.service_time = *origin::ServiceTime::parse("constant", seconds(2));
  params.timeout = milliseconds(60);
  params.logs_requests = true;
  const load::RunResult result = run();
  std::vector<Duration> late;
  for (const load::LoggedRequest& each : result.requests)
    if (each.outcome == load::Outcome::kTimeout)
      late.push_back(each.ended.value() - each.due - params.timeout);
  ASSERT_GT(late.size(), 50u);
  std::ranges::sort(late);
  EXPECT_GE(late.front(), Duration(0));
  // Of a busy machine half may be later.
  EXPECT_LT(late[late.size() / 2], milliseconds(2));
}

TEST_F(LoopbackTest, RequestsWithoutAConnectionWaitAndCountFromWhenTheyWereDue) {
  params.connections = 1;
  const load::RunResult result = run();
  const load::Tally& tally = result.phases.at(0);
  EXPECT_EQ(result.connections_opened, 1u);
  EXPECT_GT(result.waited, 0u);
  EXPECT_EQ(tally.ok, tally.due);
  // One at a time at 10 ms each takes twice as long as they took to come.
  EXPECT_GT(tally.ok_latency.max(), milliseconds(300));
}

TEST_F(LoopbackTest, ClosedLoopKeepsThatManyOpen) {
  params.closed = 4;
  const load::RunResult result = run();
  const load::Tally& tally = result.phases.at(0);
  EXPECT_EQ(result.connections_opened, 4u);
  EXPECT_GT(tally.ok, 20u);
  EXPECT_LE(tally.ok, 204u);
  EXPECT_EQ(ended(tally), tally.due);
}

TEST_F(LoopbackTest, AClosedLoopThatIsSpreadUsesEveryConnection) {
  params.closed = 4;
  params.connections = 30;
  params.turns = load::Turns::kSpread;
  service.service_time = *origin::ServiceTime::parse("constant", Duration(0));
  const load::RunResult result = run();
  const load::Tally& tally = result.phases.at(0);
  EXPECT_EQ(result.connections_opened, 30u);
  EXPECT_EQ(result.waited, 0u);
  EXPECT_GT(tally.ok, 30u);
  EXPECT_EQ(tally.ok, tally.due);
}

TEST_F(LoopbackTest, LargeBodiesComeWhole) {
  body_bytes = 5'000'000;
  service.service_time = *origin::ServiceTime::parse("constant", Duration(0));
  params.profile = {{20, milliseconds(300)}};
  params.arrivals = load::Arrivals::kConstant;
  EXPECT_EQ(run().phases.at(0).ok, 6u);
}

TEST_F(LoopbackTest, PhasesAndWarmupAreKeptApart) {
  params.profile = {{100, milliseconds(200)}, {300, milliseconds(200)}};
  params.arrivals = load::Arrivals::kConstant;
  params.warmup = milliseconds(100);
  load::RunResult result = run();
  ASSERT_EQ(result.phases.size(), 2u);
  EXPECT_EQ(result.phases[0].due, 10u);
  EXPECT_EQ(result.phases[0].length, milliseconds(100));
  EXPECT_EQ(result.phases[1].due, 60u);
  uint64_t due = 0;
  for (const load::Slice& slice : result.series.slices()) due += slice.due;
  EXPECT_EQ(due, 80u);
}

// Sheds every request, and asks its client to come again in a second.
class Shedder final : private transport::TransportEvents {
 public:
  explicit Shedder(loop::EventLoop& loop) {
    std::string error;
    listener_ = transport::Listener::open(
        loop, transport::loopback(),
        [this, &loop](transport::Fd socket, const SocketAddress&) {
          client_ = transport::PlainTransport::accepted(loop, std::move(socket));
          client_->start(*this);
        },
        nullptr, error);
  }
  const SocketAddress& address() const { return listener_->local_address(); }

 private:
  void on_open() override {}
  void on_bytes(std::span<const std::byte>) override {
    client_->send(Buffer("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"));
  }
  void on_end() override { client_.reset(); }
  void on_drained() override {}
  void on_closed(transport::CloseReason) override {}

  std::unique_ptr<transport::Listener> listener_;
  std::unique_ptr<transport::Transport> client_;
};

TEST_F(LoopbackTest, HonouredRetriesComeWhenTheyWereAskedToAndEndWithTheRun) {
  Shedder shedder(loop);
  params.connections = 1;
  params.arrivals = load::Arrivals::kConstant;
  params.profile = {{4, milliseconds(250)}, {0, milliseconds(2250)}};
  params.retries = load::RetryPolicy::kRetryAfter;
  load::Run made(loop, params, shedder.address(), [this] { loop.stop(); });
  loop.run();
  ASSERT_TRUE(made.result());
  // One request, again after one second and after two; the third would come after the end.
  const auto& phases = made.result()->phases;
  EXPECT_EQ(phases[0].due, 1u);
  EXPECT_EQ(phases[1].due, 2u);
  EXPECT_EQ(phases[1].retries, 2u);
  EXPECT_EQ(phases[1].shed, 2u);
  EXPECT_EQ(phases[1].retry_after.mean(), 1);
}

TEST_F(LoopbackTest, RetriesAtOnceEndWithTheLastAttemptAndCountFromTheFirst) {
  Shedder shedder(loop);
  params.connections = 1;
  params.arrivals = load::Arrivals::kConstant;
  params.profile = {{10, milliseconds(100)}, {0, milliseconds(900)}};
  params.logs_requests = true;
  params.most_attempts = 3;
  for (const auto& [policy, least] :
       {std::pair(load::RetryPolicy::kAtOnce, milliseconds(0)),
        std::pair(load::RetryPolicy::kBackOff, milliseconds(100 + 200))}) {
    params.retries = policy;
    load::Run made(loop, params, shedder.address(), [this] { loop.stop(); });
    loop.run();
    ASSERT_TRUE(made.result());
    const auto& requests = made.result()->requests;
    ASSERT_EQ(requests.size(), 3u);
    EXPECT_EQ(requests[2].first_due, requests[0].due);
    EXPECT_GE(requests[2].due, requests[0].due + least);
    EXPECT_EQ(requests[2].outcome, load::Outcome::kShed);
  }
}

TEST_F(LoopbackTest, WhoIsOpenAtTheEndMayBeGivenUp) {
  service.workers = 0;
  params.profile = {{100, milliseconds(200)}};
  params.at_end = load::AtEnd::kGiveUp;
  params.logs_requests = true;
  const load::RunResult result = run();
  EXPECT_EQ(result.phases.at(0).timeouts, 0u);
  ASSERT_GT(result.requests.size(), 0u);
  for (const load::LoggedRequest& each : result.requests) EXPECT_FALSE(each.ended);
}

TEST_F(LoopbackTest, ABodyOfAnotherLengthThanExpectedHasFailed) {
  params.expected_bytes = body_bytes;
  EXPECT_EQ(run().phases.at(0).failed, 0u);
  params.expected_bytes = body_bytes + 1;
  const load::RunResult result = run();
  EXPECT_EQ(result.phases.at(0).failed, result.phases.at(0).due);
  EXPECT_EQ(result.phases.at(0).ok, 0u);
  EXPECT_EQ(result.first_error, "a body of 13 bytes, expected 14");
}

TEST_F(LoopbackTest, AClosedLoopGoesOnAtOnceWhereEveryAnswerEndsItsConnection) {
  params.closed = 2;
  params.request.bytes = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  service.service_time = *origin::ServiceTime::parse("constant", Duration(0));
  const load::RunResult result = run();
  // Two for each heartbeat of 10 ms would be 100.
  EXPECT_GT(result.phases.at(0).ok, 150u);
  EXPECT_EQ(result.phases.at(0).ok, result.phases.at(0).due);
  EXPECT_GE(result.connections_opened, result.phases.at(0).ok);
}

TEST_F(LoopbackTest, AClosedLoopRisesEvenlyToItsNumber) {
  params.closed = 40;
  params.ramp = milliseconds(400);
  const load::RunResult result = run();
  auto slices = std::move(result.series);
  const auto& at = slices.slices();
  ASSERT_GE(at.size(), 4u);
  EXPECT_LT(at[0].in_flight, 15u);
  EXPECT_LT(at[1].in_flight, 25u);
  EXPECT_EQ(result.connections_opened, 40u);
}

TEST_F(LoopbackTest, ATargetThatIsNotThereIsReported) {
  const auto closed = transport::bound(transport::loopback());
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(closed.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  load::Run made(loop, params,
                 SocketAddress::from_system(reinterpret_cast<sockaddr*>(&storage), size),
                 [this] { loop.stop(); });
  loop.run();
  EXPECT_FALSE(made.result());
  EXPECT_EQ(made.unreachable(), "connection refused");
}

}  // namespace
}  // namespace weir
