#include "proxy/http/h1_server_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/http/server_codec_events.h"

namespace weir::http {
namespace {

using Kind = BodyLength::Kind;
using Texts = std::vector<std::string>;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost5 = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
const std::string kPostChunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kExpecting =
    "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
const std::string kUpgrade =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";

class H1ServerCodecTest : public testing::Test {
 protected:
  void receive(const std::string& bytes) {
    const auto error = codec.feed(bytes_of(bytes));
    ASSERT_FALSE(error.has_value()) << error->reason;
  }
  void resume() {
    const auto error = codec.resume();
    ASSERT_FALSE(error.has_value()) << error->reason;
  }
  int failure_of(const std::string& bytes) {
    const auto error = codec.feed(bytes_of(bytes));
    return error ? error->status : 0;
  }
  void send_head(BodyLength body, End end = End::kNo, int status = 200) {
    ResponseHead head;
    head.status = status;
    head.body = body;
    codec.send_head(events.seen_id, head, end);
  }
  void answer() { send_head({}, End::kYes); }
  void switch_protocols() {
    ResponseHead head;
    head.status = 101;
    head.headers.add("Upgrade", "websocket");
    codec.send_head(events.seen_id, head, End::kNo);
  }
  void send(const std::string& bytes, End end = End::kNo) {
    codec.send_body(events.seen_id, Buffer(bytes), end);
  }
  std::string sent() { return codec.take_output(1 << 20).to_string(); }
  bool says_close() { return sent().find("\r\nConnection: close\r\n") != std::string::npos; }
  bool closed_by_peer() { return codec.end_of_input().has_value(); }

  ServerEvents events;
  HeadLimits limits;
  H1ServerCodec codec{events, limits};
};

// ---- one after the other ----

TEST_F(H1ServerCodecTest, IdlesBetweenRequests) {
  EXPECT_TRUE(codec.idle());
  receive("GET / HT");
  EXPECT_FALSE(codec.idle());
  EXPECT_TRUE(codec.inside_head());
  receive("TP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(codec.inside_head());
  EXPECT_FALSE(codec.idle());
  answer();
  EXPECT_EQ(sent(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(codec.idle());
  EXPECT_FALSE(codec.finished());
}

TEST_F(H1ServerCodecTest, AnIdleConnectionIsSmall) { EXPECT_LE(sizeof(H1ServerCodec), 400u); }

TEST_F(H1ServerCodecTest, ThePipelinedRequestWaitsForTheResponseBefore) {
  receive(kGet + kPost5 + "hello");
  EXPECT_EQ(events.list, (Texts{"GET / @a end"}));
  EXPECT_EQ(codec.held(), kPost5.size() + 5);
  resume();
  EXPECT_EQ(events.requests, 1u);
  answer();
  resume();
  EXPECT_EQ(events.requests, 1u) << "its response has not been taken";
  sent();
  resume();
  EXPECT_EQ(events.list, (Texts{"GET / @a end", "POST / @a length=5", "body hello end"}));
  EXPECT_EQ(codec.held(), 0u);
}

TEST_F(H1ServerCodecTest, AHalfPipelinedHeadIsTimedOnlyOnceItIsItsTurn) {
  receive(kGet + "GET /");
  EXPECT_FALSE(codec.inside_head());
  answer();
  sent();
  resume();
  EXPECT_TRUE(codec.inside_head());
}

TEST_F(H1ServerCodecTest, TooManyPipelinedBytesStopTheReader) {
  receive(kGet);
  EXPECT_TRUE(codec.wants_input());
  receive(std::string(64 * 1024, 'x'));
  EXPECT_FALSE(codec.wants_input());
}

TEST_F(H1ServerCodecTest, AnEarlyResponseLeavesTheBodyReadable) {
  receive(kPost5 + "he");
  answer();
  EXPECT_FALSE(says_close());
  EXPECT_TRUE(codec.inside_body());
  receive("llo" + kGet);
  resume();
  EXPECT_EQ(events.list, (Texts{"POST / @a length=5", "body hello end", "GET / @a end"}));
}

TEST_F(H1ServerCodecTest, CallsForRequestsThatAreOverGoNowhere) {
  receive(kGet);
  answer();
  sent();
  receive(kGet);
  codec.send_head(1, ResponseHead(), End::kYes);
  codec.send_body(1, Buffer("x"), End::kYes);
  codec.reset(1, ResetReason::kShutdown);
  codec.discard_body(1, 0);
  EXPECT_FALSE(codec.has_output());
  answer();
  EXPECT_EQ(sent(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

// ---- credit ----

TEST_F(H1ServerCodecTest, OwedBodyBytesStopTheReaderUntilTheyAreConsumed) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  receive(std::string(70000, 'x'));
  EXPECT_EQ(events.body_bytes, 70000u);
  EXPECT_FALSE(codec.wants_input());
  codec.consumed(events.seen_id, 10000);
  EXPECT_TRUE(codec.wants_input());
}

TEST_F(H1ServerCodecTest, SentBodyBytesAreReported) {
  receive(kGet);
  send_head({Kind::kKnown, 3000});
  send(std::string(3000, 'x'), End::kYes);
  codec.take_output(1000);
  EXPECT_LE(events.sent, 1000u);
  while (codec.has_output()) codec.take_output(1000);
  EXPECT_EQ(events.sent, 3000u);
}

// ---- bodies that nobody wants ----

TEST_F(H1ServerCodecTest, ADiscardedBodyIsDroppedAndTheConnectionGoesOn) {
  receive(kPost5 + "h");
  answer();
  codec.discard_body(events.seen_id, 4);
  sent();
  receive("ello" + kGet);
  resume();
  EXPECT_EQ(events.list, (Texts{"POST / @a length=5", "body h", "GET / @a end"}));
}

TEST_F(H1ServerCodecTest, DiscardedChunksAndTrailersAreDropped) {
  receive(kPostChunked);
  answer();
  codec.discard_body(events.seen_id, 100);
  sent();
  receive("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n" + kGet);
  resume();
  EXPECT_EQ(events.list, (Texts{"POST / @a chunked", "GET / @a end"}));
}

TEST_F(H1ServerCodecTest, ABodyLongerThanTheBoundClosesTheConnection) {
  receive(kPost5);
  codec.discard_body(events.seen_id, 4);
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
  receive("hello" + kGet);
  EXPECT_EQ(events.requests, 1u);
}

TEST_F(H1ServerCodecTest, ChunksBeyondTheBoundCloseTheConnection) {
  receive(kPostChunked);
  answer();
  codec.discard_body(events.seen_id, 4);
  EXPECT_FALSE(says_close());
  EXPECT_FALSE(codec.finished());
  receive("5\r\nhello\r\n0\r\n\r\n" + kGet);
  EXPECT_TRUE(codec.finished());
  EXPECT_EQ(events.requests, 1u);
}

TEST_F(H1ServerCodecTest, AFaultInADiscardedBodyOnlyClosesTheConnection) {
  receive(kPostChunked);
  answer();
  codec.discard_body(events.seen_id, 100);
  sent();
  receive("x\r\n");
  EXPECT_TRUE(codec.finished());
  EXPECT_FALSE(codec.has_output());
}

TEST_F(H1ServerCodecTest, DiscardingForgivesWhatIsOwed) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n" + std::string(69000, 'x'));
  EXPECT_FALSE(codec.wants_input());
  codec.discard_body(events.seen_id, 64 * 1024);
  EXPECT_TRUE(codec.wants_input());
}

// ---- 100-continue ----

TEST_F(H1ServerCodecTest, AContinueInvitesTheBody) {
  receive(kExpecting);
  send_head({}, End::kNo, 100);
  EXPECT_EQ(sent(), "HTTP/1.1 100 Continue\r\n\r\n");
  receive("hello");
  answer();
  EXPECT_FALSE(says_close());
  EXPECT_TRUE(codec.idle());
}

TEST_F(H1ServerCodecTest, AnAnswerInsteadOfAContinueClosesTheConnection) {
  receive(kExpecting);
  answer();
  codec.discard_body(events.seen_id, 0);
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
  receive(kGet);
  EXPECT_EQ(events.requests, 1u);
}

TEST_F(H1ServerCodecTest, AClientThatDidNotWaitForTheContinueKeepsItsConnection) {
  receive(kExpecting + "hello");
  answer();
  EXPECT_FALSE(says_close());
}

// ---- endings ----

TEST_F(H1ServerCodecTest, DrainingSaysCloseWithTheNextResponse) {
  receive(kGet);
  codec.drain();
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecTest, DrainingAnIdleConnectionWaitsForALastRequest) {
  codec.drain();
  EXPECT_FALSE(codec.finished());
  receive(kGet);
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecTest, DrainingAnswersWhatWasSentAlready) {
  receive(kGet + kGet);
  codec.drain();
  answer();
  EXPECT_FALSE(says_close());
  resume();
  EXPECT_EQ(events.requests, 2u);
  answer();
  EXPECT_TRUE(says_close());
}

TEST_F(H1ServerCodecTest, AResetResponseEndsTheConnectionWithoutItsEnd) {
  receive(kGet);
  send_head({Kind::kUnknown});
  send("a");
  codec.reset(events.seen_id, ResetReason::kBackendFailed);
  EXPECT_FALSE(codec.finished());
  EXPECT_TRUE(sent().ends_with("\r\n\r\n1\r\na\r\n"));
  EXPECT_TRUE(codec.finished());
  EXPECT_FALSE(codec.must_reset());
}

TEST_F(H1ServerCodecTest, AResetResponseUntilCloseNeedsAResetConnection) {
  receive("GET / HTTP/1.0\r\n\r\n");
  send_head({Kind::kUnknown});
  send("a");
  codec.reset(events.seen_id, ResetReason::kBackendFailed);
  EXPECT_TRUE(codec.must_reset());
}

TEST_F(H1ServerCodecTest, AnErrorIsAnsweredOnceAndCloses) {
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

TEST_F(H1ServerCodecTest, AnErrorInABodyStillLetsTheRequestBeAnswered) {
  receive(kPostChunked);
  EXPECT_EQ(failure_of("x\r\n"), 400);
  EXPECT_FALSE(codec.finished());
  send_head({}, End::kYes, 400);
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecTest, AnErrorBehindAnOpenRequestDoesNotTouchIt) {
  receive(kGet + "junk");
  codec.send_error(Reply());
  EXPECT_FALSE(codec.has_output());
}

// ---- a client that ends its side ----

TEST_F(H1ServerCodecTest, AnEndBetweenRequestsEndsTheConnection) {
  EXPECT_FALSE(closed_by_peer());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecTest, AnEndInsideAHeadIsAnError) {
  receive("GET /");
  EXPECT_TRUE(closed_by_peer());
}

TEST_F(H1ServerCodecTest, AnEndInsideABodyIsAnError) {
  receive(kPost5 + "he");
  EXPECT_TRUE(closed_by_peer());
}

TEST_F(H1ServerCodecTest, AnEndBehindARequestLetsItBeAnswered) {
  receive(kGet);
  EXPECT_FALSE(closed_by_peer());
  EXPECT_FALSE(codec.finished());
  answer();
  EXPECT_TRUE(says_close());
  EXPECT_TRUE(codec.finished());
}

TEST_F(H1ServerCodecTest, AnEndBehindPipelinedRequestsLetsAllBeAnswered) {
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

TEST_F(H1ServerCodecTest, ASwitchOfProtocolsMakesATunnel) {
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

TEST_F(H1ServerCodecTest, BytesBehindAnUpgradeWaitForTheSwitch) {
  receive(kUpgrade + "early");
  EXPECT_EQ(events.list.size(), 1u);
  switch_protocols();
  EXPECT_EQ(events.list.size(), 1u) << "no news from inside a call";
  sent();
  receive(" late");
  EXPECT_EQ(events.list.back(), "body early late");
}

TEST_F(H1ServerCodecTest, AnUpgradeThatIsNotGrantedIsAPlainRequest) {
  receive(kUpgrade + kGet);
  answer();
  sent();
  resume();
  EXPECT_EQ(events.list.back(), "GET / @a end");
  EXPECT_FALSE(codec.tunnel());
}

TEST_F(H1ServerCodecTest, AnEndOfInputEndsOneSideOfATunnel) {
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

TEST_F(H1ServerCodecTest, AnEndOfInputBehindAnUpgradeReachesTheTunnel) {
  receive(kUpgrade + "early");
  EXPECT_FALSE(closed_by_peer());
  switch_protocols();
  sent();
  EXPECT_EQ(events.list, (Texts{"GET / @a upgrade=websocket end", "body early end"}));
}

}  // namespace
}  // namespace weir::http
