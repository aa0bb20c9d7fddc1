#include "proxy/http/h1_server_codec.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/http/server_codec_fixture.h"

namespace weir::http {
namespace {

class H1ServerCodecTest : public ServerCodecFixture {};

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

TEST_F(H1ServerCodecTest, AWholeRequestLeavesRoomToSeeThatItsClientHasLeft) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n" + std::string(60000, 'x'));
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
  receive(std::string(20000, 'x'));
  EXPECT_EQ(events.body_bytes, 20000u);
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

}  // namespace
}  // namespace weir::http
