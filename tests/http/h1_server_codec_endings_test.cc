#include <gtest/gtest.h>

#include <string>

#include "tests/http/server_codec_fixture.h"

namespace weir::http {
namespace {

class H1ServerCodecEndingsTest : public ServerCodecFixture {};

// ---- endings ----

TEST_F(H1ServerCodecEndingsTest, DrainingSaysCloseWithTheNextResponse) {
  receive(kGet);
  codec.drain();
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, DrainingAnIdleConnectionWaitsForALastRequest) {
  codec.drain();
  EXPECT_FALSE(codec.finished());
  receive(kGet);
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, DrainingAnswersWhatWasSentAlready) {
  receive(kGet + kGet);
  codec.drain();
  answer();
  EXPECT_FALSE(says_close());
  resume();
  EXPECT_EQ(events.requests, 2u);
  answer();
  EXPECT_TRUE(says_close());
}

TEST_F(H1ServerCodecEndingsTest, AResetResponseEndsTheConnectionWithoutItsEnd) {
  receive(kGet);
  send_head({Kind::kUnknown});
  send("a");
  codec.reset(events.seen_id, ResetReason::kBackendFailed);
  EXPECT_FALSE(codec.finished());
  EXPECT_TRUE(sent().ends_with("\r\n\r\n1\r\na\r\n"));
  EXPECT_TRUE(codec.finished());
  EXPECT_FALSE(codec.must_reset());
}

TEST_F(H1ServerCodecEndingsTest, AResponseShorterThanAnnouncedEndsTheConnection) {
  receive(kGet + kGet);
  send_head({Kind::kKnown, 3});
  send("ab", End::kYes);
  EXPECT_TRUE(sent().ends_with("\r\n\r\nab"));
  EXPECT_TRUE(codec.finished());
  resume();
  EXPECT_EQ(events.requests, 1u);
}

TEST_F(H1ServerCodecEndingsTest, AHeadThatEndsBeforeItsBodyEndsTheConnection) {
  receive(kGet);
  send_head({Kind::kKnown, 3}, End::kYes);
  sent();
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, AResetResponseUntilCloseNeedsAResetConnection) {
  receive("GET / HTTP/1.0\r\n\r\n");
  send_head({Kind::kUnknown});
  send("a");
  codec.reset(events.seen_id, ResetReason::kBackendFailed);
  EXPECT_TRUE(codec.must_reset());
}

TEST_F(H1ServerCodecEndingsTest, AResponseUntilCloseNeedsAResetUntilItsEnd) {
  receive("GET / HTTP/1.0\r\n\r\n");
  EXPECT_FALSE(codec.must_reset());
  send_head({Kind::kUnknown});
  EXPECT_TRUE(codec.must_reset());
  send("a", End::kYes);
  EXPECT_FALSE(codec.must_reset());
}

TEST_F(H1ServerCodecEndingsTest, AnErrorIsAnsweredOnceAndCloses) {
  EXPECT_EQ(failure_of("GET / HTTP/1.1\r\n\r\n"), 400);
  ReplyParams params;
  params.status = 400;
  codec.send_error(error_reply(params));
  codec.send_error(error_reply(params));
  const std::string text = sent();
  EXPECT_TRUE(text.starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_EQ(text.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(events.sent, 0u);
  EXPECT_TRUE(codec.finished());
  EXPECT_EQ(failure_of(kGet), 0);
  EXPECT_EQ(events.requests, 0u);
}

TEST_F(H1ServerCodecEndingsTest, AnErrorInABodyStillLetsTheRequestBeAnswered) {
  receive(kPostChunked);
  EXPECT_EQ(failure_of("x\r\n"), 400);
  EXPECT_FALSE(codec.finished());
  send_head({}, End::kYes, 400);
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, AnErrorBehindAnOpenRequestDoesNotTouchIt) {
  receive(kGet + "junk");
  codec.send_error(Reply());
  EXPECT_FALSE(codec.has_output());
}

// ---- a client that ends its side ----

TEST_F(H1ServerCodecEndingsTest, AnEndBetweenRequestsEndsTheConnection) {
  EXPECT_FALSE(closed_by_peer());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, AnEndInsideAHeadIsAnError) {
  receive("GET /");
  EXPECT_TRUE(closed_by_peer());
}

TEST_F(H1ServerCodecEndingsTest, AnEndInsideABodyIsAnError) {
  receive(kPost5 + "he");
  EXPECT_TRUE(closed_by_peer());
}

TEST_F(H1ServerCodecEndingsTest, AnEndBehindARequestLetsItBeAnswered) {
  receive(kGet);
  EXPECT_FALSE(closed_by_peer());
  EXPECT_FALSE(codec.finished());
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, AnEndBehindPipelinedRequestsLetsAllBeAnswered) {
  receive(kGet + kGet + "GE");
  EXPECT_FALSE(closed_by_peer());
  answer();
  EXPECT_FALSE(says_close());
  resume();
  EXPECT_EQ(events.requests, 2u);
  answer();
  sent();
  EXPECT_TRUE(codec.resume().has_value()) << "the third was cut short";
  EXPECT_EQ(events.requests, 2u);
}

// ---- tunnels ----

TEST_F(H1ServerCodecEndingsTest, ASwitchOfProtocolsMakesATunnel) {
  receive(kUpgrade);
  switch_protocols();
  EXPECT_TRUE(codec.tunnel());
  EXPECT_EQ(sent(),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: upgrade\r\n\r\n");
  receive("GET /raw");
  EXPECT_EQ(events.list.back(), "body GET /raw");
  send("back");
  EXPECT_EQ(sent(), "back");
  EXPECT_EQ(events.sent, 4u);
  send("", End::kYes);
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, BytesBehindAnUpgradeWaitForTheSwitch) {
  receive(kUpgrade + "early");
  EXPECT_EQ(events.list.size(), 1u);
  switch_protocols();
  EXPECT_EQ(events.list.size(), 1u) << "no news from inside a call";
  sent();
  receive(" late");
  EXPECT_EQ(events.list.back(), "body early late");
}

TEST_F(H1ServerCodecEndingsTest, AnUpgradeThatIsNotGrantedIsAPlainRequest) {
  receive(kUpgrade + kGet);
  answer();
  sent();
  resume();
  EXPECT_EQ(events.list.back(), "GET / @a end");
  EXPECT_FALSE(codec.tunnel());
}

TEST_F(H1ServerCodecEndingsTest, AnEndOfInputEndsOneSideOfATunnel) {
  receive(kUpgrade);
  switch_protocols();
  sent();
  EXPECT_FALSE(closed_by_peer());
  EXPECT_EQ(events.list.back(), "body  end");
  EXPECT_FALSE(codec.finished());
  send("rest", End::kYes);
  EXPECT_EQ(sent(), "rest");
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecEndingsTest, AnEndOfInputBehindAnUpgradeReachesTheTunnel) {
  receive(kUpgrade + "early");
  EXPECT_FALSE(closed_by_peer());
  switch_protocols();
  sent();
  EXPECT_EQ(events.list, (Texts{"GET / @a upgrade=websocket end", "body early end"}));
}

}  // namespace
}  // namespace weir::http
