#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <uv.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "load-tests/bench/counted_new.h"
#include "proxy/buffer.h"
#include "proxy/fleet.h"
#include "proxy/loop/event_loop.h"
#include "proxy/observe/ledger.h"
#include "proxy/transport/socket.h"

// Once everything has been used, a request on a kept-alive connection takes nothing from the
// allocator, neither through operator new nor through libuv, and one that is idle holds little.
// Counted is what the worker's thread does.

namespace weir {
namespace {

// Before main, because libuv must not have been used yet.
[[maybe_unused]] const int replaced = uv_replace_allocator(
    bench::counted_malloc, bench::counted_realloc, bench::counted_calloc, bench::counted_free);

using transport::Fd;
using transport::SocketAddress;

constexpr std::string_view kGet =
    "GET /items/42?fields=name HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: test\r\n"
    "Accept: */*\r\nX-Request-ID: 7c1f0d3e\r\n\r\n";
constexpr std::string_view kOccupy = "GET /occupy HTTP/1.1\r\nHost: shop.example\r\n\r\n";
constexpr int kWarm = 100;
constexpr int kMeasured = 1000;

SocketAddress loopback(uint16_t port) { return *SocketAddress::from_numeric("127.0.0.1", port); }

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

// How long the message is whose head ends at `end`, its body included; all of it has come when it
// is chunked and its last chunk has.
size_t message_size(const std::string& held, size_t end) {
  const size_t chunked = held.find("Transfer-Encoding: chunked");
  const size_t length = held.find("Content-Length: ");
  if (chunked < end) {
    const size_t last = held.find("0\r\n\r\n", end);
    return last == std::string::npos ? last : last + 5;
  }
  return end + 4 + (length < end ? std::stoul(held.substr(length + 16)) : 0);
}

// One message; empty when the connection has ended.
std::string read_message(int fd, std::string& held) {
  for (;;) {
    if (const size_t end = held.find("\r\n\r\n"); end != std::string::npos) {
      const size_t whole = message_size(held, end);
      if (held.size() >= whole) {
        std::string message = held.substr(0, whole);
        held.erase(0, whole);
        return message;
      }
    }
    char piece[4096];
    const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
    if (got <= 0) return {};
    held.append(piece, static_cast<size_t>(got));
  }
}

// Answers at once, but never what asks for /occupy.
class Origin {
 public:
  explicit Origin(std::string answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const SocketAddress any = loopback(0);
    EXPECT_EQ(::bind(listener_.get(), any.system(), any.system_size()), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&bound), &size);
    port_ = ntohs(bound.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  ~Origin() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    for (const Fd& connection : connections_) ::shutdown(connection.get(), SHUT_RDWR);
    for (std::thread& server : servers_) server.join();
  }

  uint16_t port() const { return port_; }
  void await_occupant() { occupied_.get_future().wait(); }

 private:
  void accept() {
    for (;;) {
      Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection) return;
      servers_.emplace_back([this, fd = connection.get()] { serve(fd); });
      connections_.push_back(std::move(connection));
    }
  }
  void serve(int fd) {
    std::string held;
    for (std::string request = read_message(fd, held); !request.empty();
         request = read_message(fd, held)) {
      if (request.starts_with("GET /occupy")) {
        occupied_.set_value();
      } else {
        send_all(fd, answer_);
      }
    }
  }

  const std::string answer_;
  Fd listener_;
  uint16_t port_ = 0;
  std::promise<void> occupied_;
  // The acceptor's until it has been joined.
  std::vector<Fd> connections_;
  std::vector<std::thread> servers_;
  std::thread acceptor_;
};

class Client {
 public:
  explicit Client(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const SocketAddress target = loopback(port);
    EXPECT_EQ(::connect(fd_.get(), target.system(), target.system_size()), 0);
  }
  void send(std::string_view request) { send_all(fd_.get(), request); }
  std::string ask(std::string_view request) {
    send(request);
    return read_message(fd_.get(), held_);
  }

 private:
  Fd fd_;
  std::string held_;
};

// A worker with its door, in front of an origin.
class AllocationsTest : public testing::Test {
 protected:
  void start(const limiters::LimiterParams& limiter, std::string answer) {
    origin_ = std::make_unique<Origin>(std::move(answer));
    plan_.limiter = limiter;
    permits_ =
        std::make_unique<limiters::PermitPool>(1, limiter.fixed.limit, 0, plan_.queue.cells());
    fleet_ = std::make_unique<Fleet>(Fleet::Plan{.worker = plan_,
                                                 .permits = *permits_,
                                                 .samples = {&samples_},
                                                 .ledgers = {&ledger_},
                                                 .max_connections = 1000,
                                                 .on_trouble = [](const std::string&) {}});
    fleet_->tell([port = origin_->port()](Worker& worker) {
      worker.set_backend_addresses({loopback(port)});
    });
    std::string error;
    ASSERT_TRUE(fleet_->listen({loopback(0)}, {}, error)) << error;
    const std::string& where = fleet_->listening_on().front();
    port_ = static_cast<uint16_t>(std::stoul(where.substr(where.rfind(':') + 1)));
  }

  // Before start(): callers share fairly, by what a field says.
  void tell_apart() {
    plan_.classifier = exchange::Classifier({"/healthz"}, {}, {.header = "user-agent"});
    plan_.queue.partitioned = true;
  }

  // What the worker has taken, and what it holds, when all that it was asked for is done.
  uint64_t taken_by_worker() { return ask_worker(bench::allocations); }
  int64_t held_by_worker() { return ask_worker(bench::held_bytes); }

  template <typename Figure>
  Figure ask_worker(Figure (*figure)()) {
    std::promise<Figure> answer;
    fleet_->tell([&](Worker&) { answer.set_value(figure()); });
    return answer.get_future().get();
  }

  // Of so many requests on one connection, when as many have gone before.
  uint64_t taken_for(int requests, std::string_view request, std::string_view status_line) {
    Client client(port_);
    for (int i = 0; i < kWarm; ++i) client.ask(request);
    const uint64_t before = taken_by_worker();
    for (int i = 0; i < requests; ++i) EXPECT_TRUE(client.ask(request).starts_with(status_line));
    return taken_by_worker() - before;
  }

  WorkerPlan plan_{.client = {},
                   .backend = {},
                   .exchange = {},
                   .classifier = exchange::Classifier({"/healthz"}),
                   .limiter = {},
                   .queue = {},
                   .retry_after = {},
                   .connect_timeout = std::chrono::seconds(5)};
  limiters::SamplerShard samples_{limiters::kPartitions};
  observe::MetricsShard metrics_;
  observe::AccessLog log_{observe::AccessLogMode::kOff, "stdout", [](const std::string&) {}};
  observe::PartitionNames partitions_;
  observe::WorkerLedger ledger_{metrics_, log_, partitions_, [](const exchange::ExchangeFacts&) {}};
  std::unique_ptr<limiters::PermitPool> permits_;
  std::unique_ptr<Origin> origin_;
  std::unique_ptr<Fleet> fleet_;
  uint16_t port_ = 0;
};

limiters::LimiterParams places(int count) {
  limiters::LimiterParams params;
  params.algorithm = limiters::Algorithm::kFixed;
  params.fixed.limit = count;
  return params;
}

std::string sized_answer() {
  return "HTTP/1.1 200 OK\r\nServer: service\r\nContent-Type: application/json\r\n"
         "Content-Length: 512\r\n\r\n" +
         std::string(512, 'x');
}

// Otherwise the others could not fail.
TEST_F(AllocationsTest, WhatAWorkerTakesIsCounted) {
  start(places(20), sized_answer());
  const uint64_t before = taken_by_worker();
  std::promise<void> done;
  fleet_->tell([&](Worker&) {
    const std::string grown(64, 'x');
    done.set_value();
  });
  done.get_future().wait();
  EXPECT_EQ(taken_by_worker() - before, 1u);
}

TEST_F(AllocationsTest, AProxiedRequestTakesNothing) {
  start(places(20), sized_answer());
  EXPECT_EQ(taken_for(kMeasured, kGet, "HTTP/1.1 200"), 0u);
}

TEST_F(AllocationsTest, AChunkedAnswerTakesNothing) {
  start(places(20), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(taken_for(kMeasured, kGet, "HTTP/1.1 200"), 0u);
}

TEST_F(AllocationsTest, ARequestWithABodyTakesNothing) {
  start(places(20), sized_answer());
  EXPECT_EQ(
      taken_for(kMeasured, "POST /items HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200"),
      0u);
}

TEST_F(AllocationsTest, AnExemptRequestTakesNothing) {
  start(places(20), sized_answer());
  EXPECT_EQ(taken_for(kMeasured, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 200"), 0u);
}

TEST_F(AllocationsTest, AShedTakesNothing) {
  start(places(1), sized_answer());
  Client occupant(port_);
  occupant.send(kOccupy);
  origin_->await_occupant();
  EXPECT_EQ(taken_for(kMeasured, kGet, "HTTP/1.1 503"), 0u);
}

TEST_F(AllocationsTest, NorDoesItTakeAnythingToTellCallersApart) {
  tell_apart();
  start(places(1), sized_answer());
  EXPECT_EQ(taken_for(kMeasured, kGet, "HTTP/1.1 200"), 0u);
  Client occupant(port_);
  occupant.send(kOccupy);
  origin_->await_occupant();
  EXPECT_EQ(taken_for(kMeasured, kGet, "HTTP/1.1 503"), 0u);
}

// Kept alive, has had an answer, asks for nothing: what weir itself holds for it, beside the
// kernel's buffers.
TEST_F(AllocationsTest, AnIdleConnectionHoldsLessThanAKibibyte) {
  start(places(20), sized_answer());
  std::vector<std::unique_ptr<Client>> idle;
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) {
      idle.push_back(std::make_unique<Client>(port_));
      EXPECT_TRUE(idle.back()->ask(kGet).starts_with("HTTP/1.1 200"));
    }
    return held_by_worker();
  };
  constexpr int kConnections = 256;
  const int64_t few = add(kConnections);
  EXPECT_LT((add(kConnections) - few) / kConnections, 1024);
}

// Who asks and does not read costs what one read has brought at most, in chunks that are not full.
TEST_F(AllocationsTest, ASlowClientHoldsNoMoreThanOneRead) {
  constexpr size_t kBody = 16 << 20;
  constexpr int kClients = 16;
  start(places(100), "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBody) + "\r\n\r\n" +
                         std::string(kBody, 'x'));
  std::vector<std::unique_ptr<Client>> slow;
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) {
      slow.push_back(std::make_unique<Client>(port_));
      slow.back()->send(kGet);
    }
    int64_t held = 0;
    for (int quiet = 0; quiet < 10;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      const int64_t now = held_by_worker();
      // To ask costs some bytes itself.
      quiet = std::abs(now - held) < int64_t{Buffer::kChunkBytes} ? quiet + 1 : 0;
      held = now;
    }
    return held;
  };
  const int64_t few = add(kClients);
  EXPECT_LT((add(kClients) - few) / kClients,
            int64_t{loop::EventLoop::kScratchBytes + 2 * Buffer::kChunkBytes + 4096});
}

}  // namespace
}  // namespace weir
