#include "proxy/transport/listener.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

class ListenerTest : public SocketTest {
 protected:
  std::unique_ptr<Listener> open(const SocketAddress& address) {
    return Listener::open(
        loop, address,
        [this](Fd socket, const SocketAddress& peer) {
          accepted.push_back(std::move(socket));
          peers.push_back(peer.text());
        },
        [this](const std::string& text) { troubles.push_back(text); }, error);
  }
  bool has(size_t connections) {
    return becomes([&] { return accepted.size() == connections; });
  }
  SocketAddress socket_path() { return *SocketAddress::from_unix_path(directory.file("socket")); }
  bool path_exists() { return ::access(directory.file("socket").c_str(), F_OK) == 0; }

  OwnDirectory directory;
  std::vector<Fd> accepted;
  Words peers;
  Words troubles;
  std::string error;
};

TEST_F(ListenerTest, AcceptsAtTheRealPort) {
  const auto listener = open(loopback());
  ASSERT_NE(listener, nullptr) << error;
  EXPECT_NE(listener->local_address().port(), 0);
  const Fd client = connected_to(listener->local_address());
  ASSERT_TRUE(has(1));
  EXPECT_EQ(peers, (Words{address_of(client).text()}));
  EXPECT_NE(::fcntl(accepted[0].get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(accepted[0].get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(ListenerTest, WhoeverIsAcceptedIsTuned) {
  for (const SocketAddress& address : {loopback(), *SocketAddress::from_numeric("::", 0)}) {
    const auto listener = open(address);
    ASSERT_NE(listener, nullptr) << error;
    accepted.clear();
    const Fd client = connected_to(loopback(listener->local_address().port()));
    ASSERT_TRUE(has(1));
    EXPECT_EQ(option_of(accepted[0], IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option_of(accepted[0], IPPROTO_TCP, TCP_NOTSENT_LOWAT), 128 * 1024);
    EXPECT_EQ(seconds_until_given_up(accepted[0]), 120);
  }
}

TEST_F(ListenerTest, AnyAddressTakesBothFamilies) {
  const auto listener = open(*SocketAddress::from_numeric("::", 0));
  ASSERT_NE(listener, nullptr) << error;
  const Fd client = connected_to(loopback(listener->local_address().port()));
  ASSERT_TRUE(has(1));
  EXPECT_EQ(peers, (Words{address_of(client).text()}));
}

TEST_F(ListenerTest, PausedLosesNobody) {
  const auto listener = open(loopback());
  ASSERT_NE(listener, nullptr) << error;
  listener->pause();
  std::vector<Fd> clients;
  for (int i = 0; i < 40; ++i) clients.push_back(connected_to(listener->local_address()));
  EXPECT_LT(wakes_during(milliseconds(20)), 20);
  EXPECT_TRUE(accepted.empty());
  listener->resume();
  EXPECT_TRUE(has(40));
}

TEST_F(ListenerTest, MayBePausedByTheOneItTold) {
  std::unique_ptr<Listener> listener;
  int told = 0;
  listener = Listener::open(
      loop, loopback(),
      [&](Fd, const SocketAddress&) {
        ++told;
        listener->pause();
      },
      nullptr, error);
  ASSERT_NE(listener, nullptr) << error;
  const Fd first = connected_to(listener->local_address());
  const Fd second = connected_to(listener->local_address());
  wakes_during(milliseconds(5));
  EXPECT_EQ(told, 1);
}

TEST_F(ListenerTest, PortInUseIsNamed) {
  const Fd other = bound(loopback(), 1);
  EXPECT_EQ(open(address_of(other)), nullptr);
  EXPECT_EQ(error, "cannot listen on " + address_of(other).text() + ": address already in use");
}

TEST_F(ListenerTest, UnixSocketIsRemovedWithItsListener) {
  {
    const auto listener = open(socket_path());
    ASSERT_NE(listener, nullptr) << error;
    EXPECT_EQ(listener->local_address().text(), socket_path().text());
    const Fd client = connected_to(socket_path());
    ASSERT_TRUE(has(1));
    EXPECT_EQ(peers, (Words{"unix:"}));
    EXPECT_TRUE(path_exists());
  }
  EXPECT_FALSE(path_exists());
}

TEST_F(ListenerTest, StaleUnixSocketIsReplaced) {
  bound(socket_path(), 1).reset();
  ASSERT_TRUE(path_exists());
  const auto listener = open(socket_path());
  ASSERT_NE(listener, nullptr) << error;
  const Fd client = connected_to(socket_path());
  EXPECT_TRUE(has(1));
}

TEST_F(ListenerTest, UnixSocketThatAnswersIsLeftAlone) {
  const Fd other = bound(socket_path(), 1);
  EXPECT_EQ(open(socket_path()), nullptr);
  EXPECT_EQ(error, "cannot listen on " + socket_path().text() + ": another program listens there");
  EXPECT_TRUE(path_exists());
}

TEST_F(ListenerTest, FileThatIsNoSocketIsLeftAlone) {
  Fd(::open(directory.file("socket").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)).reset();
  EXPECT_EQ(open(socket_path()), nullptr);
  EXPECT_EQ(error, "cannot listen on " + socket_path().text() +
                       ": a file stands there that is not a socket");
  EXPECT_TRUE(path_exists());
}

TEST_F(ListenerTest, SocketFileOfASuccessorIsLeftAlone) {
  auto listener = open(socket_path());
  ASSERT_NE(listener, nullptr) << error;
  ::unlink(directory.file("socket").c_str());
  const Fd successor = bound(socket_path(), 1);
  listener.reset();
  EXPECT_TRUE(path_exists());
}

TEST_F(ListenerTest, WithoutDescriptorsItWaitsAndTakesEveryoneLater) {
  const auto listener = open(loopback());
  ASSERT_NE(listener, nullptr) << error;
  std::vector<Fd> clients;
  clients.push_back(connected_to(listener->local_address()));
  ASSERT_TRUE(has(1));
  // The sanitizer itself opens a pipe for each type that it meets for the first time.
  wakes_during(milliseconds(1));
  for (int i = 0; i < 3; ++i) clients.push_back(connected_to(listener->local_address()));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  Fd next(::fcntl(clients[0].get(), F_DUPFD_CLOEXEC, 0));
  const rlimit none_left{static_cast<rlim_t>(next.get()), before.rlim_max};
  next.reset();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
  const int wakes = wakes_during(milliseconds(150));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_LT(wakes, 30);
  EXPECT_EQ(troubles, (Words{"cannot accept on " + listener->local_address().text() +
                             ": too many open files"}));
  EXPECT_TRUE(has(4));
}

}  // namespace
}  // namespace weir::transport
