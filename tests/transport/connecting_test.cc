#include <string>

#include "proxy/transport/plain_transport.h"
#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

class ConnectingTest : public SocketTest {
 protected:
  void connect(const SocketAddress& target, loop::Duration timeout = seconds(5)) {
    transport = PlainTransport::connecting(loop, target, timeout);
    transport->start(news);
    EXPECT_TRUE(news.words.empty());
  }
  bool settles() {
    return becomes([&] { return !news.words.empty(); });
  }
  SocketAddress socket_path() { return *SocketAddress::from_unix_path(directory.file("socket")); }

  OwnDirectory directory;
  std::unique_ptr<PlainTransport> transport;
};

TEST_F(ConnectingTest, WhatWasSentEarlyGoesOutOnceItIsOpen) {
  for (const SocketAddress& address : {loopback(), socket_path()}) {
    SCOPED_TRACE(address.text());
    news = News();
    const Fd door = bound(address, 8);
    connect(address_of(door));
    transport->send(Buffer("hello"));
    EXPECT_EQ(transport->unsent(), 5u);
    ASSERT_TRUE(settles());
    EXPECT_EQ(news.words, (Words{"open"}));
    Peer peer(Fd(::accept(door.get(), nullptr, nullptr)));
    peer.listen();
    EXPECT_EQ(peer.received, "hello");
  }
}

TEST_F(ConnectingTest, WhereItLeadsIsKnownWhileItStands) {
  for (const SocketAddress& address : {loopback(), socket_path()}) {
    news = News();
    const Fd door = bound(address, 8);
    connect(address_of(door));
    EXPECT_FALSE(transport->peer());
    ASSERT_TRUE(settles());
    EXPECT_EQ(transport->peer(), address_of(door));
    transport->close(CloseHow::kNow);
    EXPECT_FALSE(transport->peer());
  }
}

TEST_F(ConnectingTest, NobodyThereIsRefused) {
  const SocketAddress nobody = address_of(bound(loopback()));
  connect(nobody);
  ASSERT_TRUE(settles());
  EXPECT_EQ(news.words, (Words{"closed: refused"}));
  EXPECT_EQ(transport->error_text(), "connection refused");
}

TEST_F(ConnectingTest, StaleUnixSocketIsRefusedAndAMissingOneUnreachable) {
  connect(socket_path());
  ASSERT_TRUE(settles());
  EXPECT_EQ(news.words, (Words{"closed: unreachable"}));
  EXPECT_EQ(transport->error_text(), "no such file or directory");
  news = News();
  bound(socket_path()).reset();
  connect(socket_path());
  ASSERT_TRUE(settles());
  EXPECT_EQ(news.words, (Words{"closed: refused"}));
}

TEST_F(ConnectingTest, FullBacklogTimesOut) {
  for (const SocketAddress& address : {loopback(), socket_path()}) {
    SCOPED_TRACE(address.text());
    news = News();
    const Fd door = bound(address, 0);
    std::vector<Fd> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(connected_to(address_of(door)));
    connect(address_of(door), milliseconds(40));
    ASSERT_TRUE(settles());
    EXPECT_EQ(news.words, (Words{"closed: timed out"}));
    EXPECT_EQ(transport->error_text(), "connection timed out");
  }
}

TEST_F(ConnectingTest, UnixSocketWithAFullBacklogIsTriedAgain) {
  const Fd door = bound(socket_path(), 0);
  const Fd first = connected_to(socket_path());
  connect(socket_path());
  wakes_during(milliseconds(12));
  EXPECT_TRUE(news.words.empty());
  const Fd taken(::accept(door.get(), nullptr, nullptr));
  ASSERT_TRUE(settles());
  EXPECT_EQ(news.words, (Words{"open"}));
}

TEST_F(ConnectingTest, ClosedOrDestroyedWhileConnectingSaysNothing) {
  const SocketAddress nobody = address_of(bound(loopback()));
  for (const CloseHow how : {CloseHow::kNow, CloseHow::kFlush, CloseHow::kReset}) {
    connect(nobody);
    transport->close(how);
    wakes_during(milliseconds(2));
  }
  connect(nobody);
  transport.reset();
  wakes_during(milliseconds(2));
  EXPECT_TRUE(news.words.empty());
  EXPECT_EQ(loop.stragglers(), 0u);
}

TEST_F(ConnectingTest, MayBeDestroyedWhenItFails) {
  news.on_news = [&](const std::string&) { transport.reset(); };
  connect(address_of(bound(loopback())));
  ASSERT_TRUE(settles());
  EXPECT_EQ(transport, nullptr);
}

TEST_F(ConnectingTest, NextTargetIsTriedWithinTheSameTime) {
  const Fd full = bound(loopback(), 0);
  std::vector<Fd> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(connected_to(address_of(full)));
  const Fd door = bound(loopback(), 8);
  std::vector<std::string> failed;
  transport = PlainTransport::connecting(
      loop,
      {.targets = {address_of(full), address_of(bound(loopback())), address_of(door)},
       .timeout = milliseconds(90),
       .on_target_failed = [&](const SocketAddress& target) { failed.push_back(target.text()); }});
  transport->start(news);
  ASSERT_TRUE(settles());
  EXPECT_EQ(news.words, (Words{"open"}));
  EXPECT_EQ(failed.size(), 2u);
}

}  // namespace
}  // namespace weir::transport
