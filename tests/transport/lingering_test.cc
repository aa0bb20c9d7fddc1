#include <string>

#include "proxy/loop/real_clock.h"
#include "proxy/transport/lingering_socket.h"
#include "proxy/transport/plain_transport.h"
#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

class LingeringTest : public SocketTest {
 protected:
  // A transport that is closed and destroyed right after `text` was sent.
  void say_and_leave(const std::string& text) {
    Pair pair = connected_pair(Kind::kTcp);
    peer = std::move(pair.peer);
    auto transport = PlainTransport::accepted(loop, std::move(pair.ours));
    transport->start(news);
    transport->send(Buffer(text));
    transport->close(CloseHow::kFlush);
  }
  bool is_alone() {
    return becomes([&] {
      peer.listen();
      return loop.stragglers() == 0;
    });
  }
  Peer peer;
};

TEST_F(LingeringTest, EverythingArrivesAfterTheTransportIsGone) {
  const std::string much(9'000'000, 'm');
  say_and_leave(much);
  ASSERT_TRUE(becomes([&] {
    peer.listen(100'000);
    return peer.ended;
  }));
  EXPECT_TRUE(peer.received == much);
  EXPECT_EQ(loop.stragglers(), 1u);
  peer.leave();
  EXPECT_TRUE(is_alone());
  EXPECT_TRUE(news.words.empty());
}

TEST_F(LingeringTest, NeedsTimeOnlyForWhatIsUnsentAndForWhoStillTalks) {
  say_and_leave("goodbye");
  EXPECT_TRUE(becomes([&] { return !loop.stragglers_need_time(); }));
  EXPECT_EQ(loop.stragglers(), 1u);
  ASSERT_TRUE(peer.say("but wait"));
  EXPECT_TRUE(loop.stragglers_need_time());
  wakes_during(milliseconds(2));
  EXPECT_TRUE(loop.stragglers_need_time()) << "it may go on talking";
  peer.end();
  EXPECT_TRUE(is_alone());
  say_and_leave(std::string(9'000'000, 'm'));
  EXPECT_TRUE(loop.stragglers_need_time());
}

TEST_F(LingeringTest, NeedsTimeUntilThePeerHasAllThatTheKernelTook) {
  Pair pair = connected_pair(Kind::kTcp);
  peer = std::move(pair.peer);
  const int little = 4096;
  ::setsockopt(peer.fd(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  auto transport = PlainTransport::accepted(loop, std::move(pair.ours));
  transport->start(news);
  transport->send(Buffer(std::string(60'000, 'm')));
  transport->close(CloseHow::kFlush);
  transport.reset();
  wakes_during(milliseconds(5));
  EXPECT_TRUE(loop.stragglers_need_time());
  EXPECT_TRUE(becomes([&] {
    peer.listen();
    return peer.received.size() == 60'000 && !loop.stragglers_need_time();
  }));
}

TEST_F(LingeringTest, PeerThatStillTalksIsNotCutOffFromTheLastWords) {
  say_and_leave("goodbye");
  ASSERT_TRUE(peer.say("but wait"));
  wakes_during(milliseconds(5));
  ASSERT_TRUE(peer.say("and another thing"));
  peer.listen();
  EXPECT_EQ(peer.received, "goodbye");
  EXPECT_FALSE(peer.cut);
  peer.end();
  EXPECT_TRUE(is_alone());
}

TEST_F(LingeringTest, PeerThatNeverStopsTalkingIsCut) {
  say_and_leave("goodbye");
  const std::string much(16 * 1024, 'x');
  ASSERT_TRUE(becomes([&] {
    peer.say(much);
    return loop.stragglers() == 0;
  }));
  peer.listen();
  EXPECT_EQ(peer.received, "goodbye");
}

TEST_F(LingeringTest, PeerThatNeverClosesIsLeftAfterAWhile) {
  const loop::TimePoint began = loop::steady_now();
  say_and_leave("goodbye");
  EXPECT_TRUE(is_alone());
  EXPECT_GE(loop::steady_now() - began, LingeringSocket::kLinger);
  EXPECT_EQ(peer.received, "goodbye");
}

TEST_F(LingeringTest, ResetEndsIt) {
  say_and_leave(std::string(9'000'000, 'm'));
  wakes_during(milliseconds(2));
  EXPECT_EQ(loop.stragglers(), 1u);
  peer.reset();
  EXPECT_TRUE(becomes([&] { return loop.stragglers() == 0; }));
}

TEST_F(LingeringTest, DiesWithItsLoop) {
  {
    loop::EventLoop brief;
    Pair pair = connected_pair(Kind::kTcp);
    peer = std::move(pair.peer);
    auto transport = PlainTransport::accepted(brief, std::move(pair.ours));
    transport->start(news);
    transport->send(Buffer(std::string(9'000'000, 'm')));
    transport->close(CloseHow::kFlush);
    EXPECT_EQ(brief.stragglers(), 1u);
  }
  EXPECT_TRUE(becomes([&] {
    peer.listen();
    return peer.ended || peer.cut;
  }));
}

}  // namespace
}  // namespace weir::transport
