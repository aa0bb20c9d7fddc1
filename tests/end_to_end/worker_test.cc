#include "proxy/worker.h"

#include <memory>
#include <string>
#include <string_view>

#include "tests/transport/socket_fixture.h"

// One worker between raw peers; it does not know where addresses come from, as a worker does not.
namespace weir {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using transport::Fd;
using transport::Peer;
using transport::SocketAddress;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: service\r\n\r\n";
constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

class SilentLedger final : public exchange::Ledger {
 public:
  void record(const exchange::ExchangeFacts&) override {}
};

class WorkerTest : public transport::SocketTest {
 protected:
  WorkerTest() {
    plan.limiter.algorithm = limiters::Algorithm::kFixed;
    worker = std::make_unique<Worker>(
        0, loop,
        Worker::Shared{.plan = plan,
                       .permits = permits,
                       .samples = samples,
                       .ledger = ledger,
                       .wake = [](int) {},
                       .on_fewer = [] {},
                       .on_trouble = [this](const std::string& text) { troubles.push_back(text); }},
        1);
  }
  ~WorkerTest() override {
    const loop::EventLoop::Turn turn(loop);
    worker.reset();
  }

  void goes_to(const std::vector<SocketAddress>& addresses) {
    const loop::EventLoop::Turn turn(loop);
    worker->set_backend_addresses(addresses);
  }
  Peer client() {
    transport::Pair pair = connected_pair(transport::Kind::kTcp);
    const loop::EventLoop::Turn turn(loop);
    worker->expect_client();
    worker->accept(std::move(pair.ours), transport::loopback());
    return std::move(pair.peer);
  }
  // Whoever connects there next.
  Peer caller_at(const Fd& door) {
    Fd taken;
    EXPECT_TRUE(becomes([&] {
      taken = Fd(::accept4(door.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      return static_cast<bool>(taken);
    }));
    return Peer(std::move(taken));
  }
  static Fd door() {
    Fd door = transport::bound(transport::loopback(), 8);
    EXPECT_EQ(::fcntl(door.get(), F_SETFL, O_NONBLOCK), 0);
    return door;
  }
  // Takes what has come when it has the end of something.
  bool hears(Peer& peer, std::string_view end) {
    peer.received.clear();
    return becomes([&] {
      peer.listen();
      return peer.received.ends_with(end);
    });
  }

  WorkerPlan plan{.client = {},
                  .backend = {},
                  .exchange = {},
                  .classifier = exchange::Classifier({}),
                  .limiter = {},
                  .queue = {},
                  .retry_after = {},
                  .connect_timeout = seconds(5)};
  limiters::PermitPool permits{1, 10, 0, plan.queue.cells()};
  limiters::SamplerShard samples{plan.queue.cells()};
  SilentLedger ledger;
  transport::Words troubles;
  std::unique_ptr<Worker> worker;
};

TEST_F(WorkerTest, UnderLoadTooItFollowsTheServiceToAnotherAddress) {
  const Fd old_door = door();
  const Fd new_door = door();
  goes_to({address_of(old_door)});
  Peer client_of_old = client();
  client_of_old.say(kGet);
  Peer old_one = caller_at(old_door);
  ASSERT_TRUE(hears(old_one, "\r\n\r\n"));
  goes_to({address_of(new_door)});
  old_one.say(kAnswer);
  EXPECT_TRUE(hears(client_of_old, "hi")) << "what is there ends in peace";
  client_of_old.say(kGet);
  Peer new_one = caller_at(new_door);
  EXPECT_TRUE(hears(new_one, "\r\n\r\n"));
  new_one.say(kAnswer);
  EXPECT_TRUE(hears(client_of_old, "hi"));
}

TEST_F(WorkerTest, WhereRequestsAreAcceptedAndNeverAnsweredItGoesToTheNextAddress) {
  plan.backend.response_head_timeout = milliseconds(20);
  const Fd silent_door = door();
  const Fd next_door = door();
  goes_to({address_of(silent_door), address_of(next_door)});
  Peer asking = client();
  for (int i = 0; i < 3; ++i) {
    asking.say(kGet);
    EXPECT_TRUE(hears(asking, "}\n"));
    EXPECT_TRUE(asking.received.starts_with("HTTP/1.1 504")) << asking.received;
  }
  asking.say(kGet);
  Peer next = caller_at(next_door);
  next.say(kAnswer);
  EXPECT_TRUE(hears(asking, "hi"));
  EXPECT_EQ(troubles, (transport::Words{"the backend at " + address_of(silent_door).text() +
                                        " accepts requests and answers none in time; they go to " +
                                        address_of(next_door).text()}));
}

}  // namespace
}  // namespace weir
