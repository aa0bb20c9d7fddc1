#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "proxy/loop/real_clock.h"
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
  std::vector<Peer> peers(size_t count) {
    std::vector<Peer> all;
    for (size_t i = 0; i < count; ++i) all.push_back(peer());
    return all;
  }
  bool is_answered(Peer& one) {
    one.received.clear();
    EXPECT_TRUE(one.say(std::string(kPing)));
    return becomes([&] {
      one.listen();
      return !one.received.empty();
    });
  }
  bool has_gone(Peer& one) {
    one.listen();
    return one.ended || one.cut;
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

TEST_F(CrowdedDoorTest, WhoComesWhenAllPlacesAreTakenIsAnsweredAtOnce) {
  std::vector<Peer> silent = peers(4 * PlainServer::kMostConnections);
  Peer late = peer();
  const loop::TimePoint began = loop::steady_now();
  EXPECT_TRUE(is_answered(late));
  EXPECT_LT(loop::steady_now() - began, transport::seconds(1));
}

TEST_F(CrowdedDoorTest, WhoHasBeenIdleTheLongestGoesForANewcomer) {
  std::vector<Peer> all = peers(PlainServer::kMostConnections);
  for (Peer& one : all) ASSERT_TRUE(is_answered(one));
  ASSERT_TRUE(is_answered(all[0]));
  Peer late = peer();
  EXPECT_TRUE(is_answered(late));
  EXPECT_TRUE(has_gone(all[1]));
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(has_gone(all[i]), i == 1) << i;
}

TEST_F(CrowdedDoorTest, PartOfARequestIsNoRequest) {
  std::vector<Peer> all = peers(PlainServer::kMostConnections);
  for (Peer& one : all) ASSERT_TRUE(is_answered(one));
  for (const char byte : std::string("GET")) {
    ASSERT_TRUE(all[0].say(std::string(1, byte)));
    wakes_during(transport::milliseconds(5));
  }
  Peer late = peer();
  EXPECT_TRUE(is_answered(late));
  EXPECT_TRUE(has_gone(all[0]));
}

TEST_F(CrowdedDoorTest, OfManyWhoComeAndAskAtOnceEveryOneIsAnswered) {
  std::vector<Peer> all = peers(4 * PlainServer::kMostConnections);
  for (Peer& one : all) ASSERT_TRUE(one.say(std::string(kPing)));
  EXPECT_TRUE(becomes([&] {
    for (Peer& one : all) one.listen();
    return std::ranges::all_of(all, [](const Peer& one) { return !one.received.empty(); });
  }));
}

TEST_F(CrowdedDoorTest, WhoAsksAgainAndAgainKeepsNobodyOut) {
  std::vector<Peer> eager = peers(PlainServer::kMostConnections + 2);
  std::string burst;
  for (int i = 0; i < 500; ++i) burst += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  for (Peer& one : eager) ASSERT_TRUE(one.say(burst));
  wakes_during(transport::milliseconds(50));
  Peer late = peer();
  ASSERT_TRUE(late.say(std::string(kPing)));
  const loop::TimePoint began = loop::steady_now();
  EXPECT_TRUE(becomes([&] {
    for (Peer& one : eager) {
      one.listen(8192);
      one.received.clear();
    }
    late.listen();
    return !late.received.empty() || late.cut;
  }));
  EXPECT_FALSE(late.cut);
  EXPECT_LT(loop::steady_now() - began, transport::seconds(3));
}

TEST_F(CrowdedDoorTest, WhoDoesNotReadTheAnswersKeepsNobodyOutForLong) {
  std::vector<Peer> deaf = peers(2 * PlainServer::kMostConnections);
  std::string burst;
  for (int i = 0; i < 10; ++i) burst += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
  const int few = 4096;
  for (Peer& one : deaf) {
    ::setsockopt(one.fd(), SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    ASSERT_TRUE(one.say(burst));
  }
  wakes_during(transport::milliseconds(300));
  Peer late = peer();
  const loop::TimePoint began = loop::steady_now();
  EXPECT_TRUE(is_answered(late));
  EXPECT_LT(loop::steady_now() - began, transport::seconds(5));
}

}  // namespace
}  // namespace weir::observe
