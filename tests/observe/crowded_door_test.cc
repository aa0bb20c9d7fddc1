#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "proxy/observe/plain_server.h"
#include "tests/transport/socket_fixture.h"

// The operators' door when many come, or one who wants too much.
namespace weir::observe {
namespace {

using transport::Peer;

constexpr std::string_view kPing = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";

class CrowdedDoorTest : public transport::SocketTest {
 protected:
  CrowdedDoorTest() {
    std::string error;
    EXPECT_TRUE(server.listen(transport::loopback(), error)) << error;
  }
  Peer peer() { return Peer(transport::connected_to(server.local_address())); }
  // What the server says to these bytes until it closes.
  std::string say(const std::string& bytes) {
    Peer one = peer();
    EXPECT_TRUE(one.say(bytes));
    EXPECT_TRUE(becomes([&] {
      one.listen();
      return one.ended || one.cut;
    }));
    return one.received;
  }

  PlainServer server{
      loop,
      {{"GET", "/ping", [](const Query&) -> PlainReply { return {.body = "alive\n"}; }},
       {"GET", "/large",
        [](const Query&) -> PlainReply { return {.body = std::string(100000, 'x')}; }},
       {"POST", "/change", [](const Query&) -> PlainReply { return {.body = "changed\n"}; }}},
      PlainServer::HostCheck::kAny};
};

TEST_F(CrowdedDoorTest, RequestsThatComeAtOnceAreAnsweredInOrder) {
  std::string many;
  for (int i = 0; i < 50; ++i) many += kPing;
  many += "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string said = say(many);
  size_t answers = 0;
  size_t last = 0;
  for (size_t at = 0; (at = said.find("alive\n", at)) != std::string::npos; ++at, ++answers)
    last = at;
  EXPECT_EQ(answers, 50u);
  EXPECT_GT(said.find("HTTP/1.1 404"), last);
}

TEST_F(CrowdedDoorTest, WhatFollowsABodyIsAnsweredToo) {
  const std::string said =
      say("POST /change HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde"
          "GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_LT(said.find("changed"), said.find("alive"));
}

TEST_F(CrowdedDoorTest, ALargeBodyEndsTheConnection) {
  const std::string said =
      say("POST /change HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n" +
          std::string(20000, 'x'));
  EXPECT_TRUE(said.starts_with("HTTP/1.1 200 "));
}

TEST_F(CrowdedDoorTest, WhoSendsButDoesNotReadIsReadNoFurther) {
  Peer deaf = peer();
  std::string burst;
  for (int i = 0; i < 1000; ++i) burst += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  size_t taken = 0;
  for (int i = 0; i < 600; ++i) {
    const ssize_t sent = ::send(deaf.fd(), burst.data(), burst.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) taken += static_cast<size_t>(sent);
    auto pause = loop.timeline().after(transport::milliseconds(1), [&] { loop.stop(); });
    loop.run();
  }
  EXPECT_LT(taken, size_t{8} << 20) << "more than the kernel holds for a connection";
}

TEST_F(CrowdedDoorTest, BeyondSixtyFourConnectionsOneWaitsForAPlace) {
  std::vector<Peer> peers;
  for (size_t i = 0; i < PlainServer::kMostConnections; ++i) {
    peers.push_back(peer());
    ASSERT_TRUE(peers.back().say(std::string(kPing)));
  }
  ASSERT_TRUE(becomes([&] {
    for (Peer& one : peers) one.listen();
    return std::ranges::all_of(peers, [](const Peer& one) { return !one.received.empty(); });
  }));
  Peer late = peer();
  ASSERT_TRUE(late.say(std::string(kPing)));
  wakes_during(transport::milliseconds(50));
  late.listen();
  EXPECT_EQ(late.received, "");
  peers.pop_back();
  EXPECT_TRUE(becomes([&] {
    late.listen();
    return !late.received.empty();
  }));
}

}  // namespace
}  // namespace weir::observe
