#include "proxy/http/h1_client_codec.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/http/client_codec_events.h"

namespace weir::http {
namespace {

// ---- requests ----

class H1ClientCodecFlowTest : public ::testing::Test {
 protected:
  std::string output() { return codec.take_output(1 << 20).to_string(); }
  bool feed(std::string_view text) { return !codec.feed(bytes_of(text)); }
  // A request without body, sent.
  StreamId get() {
    const StreamId id = codec.send_request(request("GET"), End::kYes);
    output();
    return id;
  }

  Events events;
  HeadLimits limits;
  H1ClientCodec codec{events, limits};
};

struct Written {
  const char* what;
  std::shared_ptr<const RequestHead> head;
  std::string text;
};

std::shared_ptr<const RequestHead> share(RequestHead head) {
  return std::make_shared<const RequestHead>(std::move(head));
}

std::vector<Written> written_requests() {
  using Kind = BodyLength::Kind;
  const auto with = [](std::string_view method, BodyLength body) {
    RequestHead head = request(method);
    head.body = body;
    return head;
  };
  RequestHead fields = request("GET", "/a?b=c");
  fields.headers.add("X-One", "1");
  fields.headers.add("host", "other.example");
  fields.headers.add("Connection", "close");
  fields.headers.add("Content-Length", "77");
  fields.headers.add("transfer-encoding", "chunked");
  fields.headers.add("Keep-Alive", "timeout=5");
  fields.headers.add("Upgrade", "h2c");
  fields.headers.add("x-two", "");
  RequestHead old = request("GET");
  old.version = Version::kHttp10;
  old.authority = {};
  RequestHead te = request("GET");
  te.headers.add("TE", "trailers");
  RequestHead upgrade = request("GET", "/chat");
  upgrade.upgrade = "websocket";
  upgrade.headers.add("Sec-WebSocket-Key", "x");
  RequestHead both = request("GET", "/chat");
  both.upgrade = "websocket";
  both.headers.add("Sec-WebSocket-Key", "x");
  both.headers.add("te", "trailers, gzip");
  const std::string host = "Host: shop.example\r\n";
  return {
      {"a plain one", share(request("GET")), "GET / HTTP/1.1\r\n" + host + "\r\n"},
      {"fields but for those of the codec", share(std::move(fields)),
       "GET /a?b=c HTTP/1.1\r\n" + host + "X-One: 1\r\nx-two: \r\n\r\n"},
      {"of a 1.0 client without Host", share(std::move(old)), "GET / HTTP/1.1\r\nHost: \r\n\r\n"},
      {"OPTIONS of all", share(request("OPTIONS", "*")), "OPTIONS * HTTP/1.1\r\n" + host + "\r\n"},
      {"POST without a body", share(request("POST")),
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n"},
      {"PUT without a body", share(request("PUT")),
       "PUT / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n"},
      {"PATCH without a body", share(request("PATCH")),
       "PATCH / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n"},
      {"DELETE without a body", share(request("DELETE")), "DELETE / HTTP/1.1\r\n" + host + "\r\n"},
      {"GET with an empty body", share(with("GET", {Kind::kKnown, 0})),
       "GET / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n"},
      {"an empty chunked body", share(with("POST", {Kind::kUnknown, 0})),
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"TE", share(std::move(te)),
       "GET / HTTP/1.1\r\n" + host + "TE: trailers\r\nConnection: TE\r\n\r\n"},
      {"an upgrade", share(std::move(upgrade)),
       "GET /chat HTTP/1.1\r\n" + host +
           "Sec-WebSocket-Key: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"},
      {"an upgrade and TE", share(std::move(both)),
       "GET /chat HTTP/1.1\r\n" + host +
           "Sec-WebSocket-Key: x\r\nTE: trailers\r\nUpgrade: websocket\r\n"
           "Connection: upgrade, TE\r\n\r\n"},
  };
}

TEST_F(H1ClientCodecFlowTest, WritesEachRequest) {
  for (const Written& c : written_requests()) {
    SCOPED_TRACE(c.what);
    H1ClientCodec fresh(events, limits);
    fresh.send_request(*c.head, End::kYes);
    EXPECT_EQ(fresh.take_output(1 << 20).to_string(), c.text);
    EXPECT_FALSE(fresh.has_output());
  }
}

TEST_F(H1ClientCodecFlowTest, HeadAndFirstBodyLeaveTogether) {
  RequestHead head = request("POST");
  head.body = {BodyLength::Kind::kKnown, 5};
  const StreamId id = codec.send_request(head, End::kNo);
  codec.send_body(id, Buffer("hello"), End::kYes);
  EXPECT_EQ(output(), "POST / HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(events.sent, 5u);
}

TEST_F(H1ClientCodecFlowTest, AChunkedBodyEndsWithItsTrailers) {
  RequestHead head = request("POST");
  head.body.kind = BodyLength::Kind::kUnknown;
  const StreamId id = codec.send_request(head, End::kNo);
  output();
  codec.send_body(id, Buffer(std::string(26, 'a')), End::kNo);
  EXPECT_EQ(output(), "1a\r\n" + std::string(26, 'a') + "\r\n");
  Headers trailers;
  trailers.add("X-Sum", "7");
  trailers.add("Content-Length", "7");
  codec.send_trailers(id, trailers);
  EXPECT_EQ(output(), "0\r\nX-Sum: 7\r\n\r\n");
  EXPECT_EQ(events.sent, 26u);
}

TEST_F(H1ClientCodecFlowTest, ABodyOfKnownLengthDropsItsTrailers) {
  RequestHead head = request("POST");
  head.body = {BodyLength::Kind::kKnown, 1};
  const StreamId id = codec.send_request(head, End::kNo);
  codec.send_body(id, Buffer("a"), End::kNo);
  output();
  Headers trailers;
  trailers.add("X-Sum", "7");
  codec.send_trailers(id, trailers);
  EXPECT_FALSE(codec.has_output());
  EXPECT_TRUE(feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, BodyBytesAreCreditedWhenTheyLeaveAndNeverBefore) {
  RequestHead head = request("POST");
  head.body.kind = BodyLength::Kind::kUnknown;
  const StreamId id = codec.send_request(head, End::kNo);
  const std::string body(50000, 'b');
  codec.send_body(id, Buffer(body), End::kNo);
  codec.send_body(id, Buffer(body), End::kYes);
  std::string all;
  while (codec.has_output()) {
    all += codec.take_output(7000).to_string();
    EXPECT_LE(events.sent, all.size());
  }
  EXPECT_EQ(events.sent, 100000u);
  EXPECT_TRUE(all.ends_with("\r\n0\r\n\r\n"));
  EXPECT_EQ(all.find("\r\nc350\r\n"), all.find("\r\n\r\n") + 2);
}

// ---- a connection over time ----

TEST_F(H1ClientCodecFlowTest, CarriesOneRequestAfterAnother) {
  EXPECT_TRUE(codec.reusable());
  const StreamId first = get();
  EXPECT_FALSE(codec.reusable());
  EXPECT_TRUE(feed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"));
  EXPECT_TRUE(codec.reusable());
  const StreamId second = get();
  EXPECT_NE(first, second);
  EXPECT_TRUE(
      feed("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n"));
  EXPECT_TRUE(codec.reusable());
  get();
  EXPECT_TRUE(feed("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_TRUE(codec.reusable());
  EXPECT_EQ(events.list.size(), 5u);
}

TEST_F(H1ClientCodecFlowTest, NothingIsLeftOfARequestThatIsWithdrawn) {
  for (const bool whole : {true, false}) {
    RequestHead post = request("POST");
    post.body = {BodyLength::Kind::kKnown, 6};
    const StreamId id = codec.send_request(post, End::kNo);
    codec.send_body(id, Buffer(whole ? "abcdef" : "abc"), whole ? End::kYes : End::kNo);
    codec.withdraw_request();
    EXPECT_EQ(output(), "");
    EXPECT_TRUE(codec.reusable());
  }
  get();
  EXPECT_EQ(events.sent, 0u);
  EXPECT_TRUE(feed("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_TRUE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, BytesOnAnIdleConnectionAreAnError) {
  EXPECT_FALSE(feed("HTTP/1.1 408 Request Timeout\r\n\r\n"));
  EXPECT_FALSE(codec.reusable());
  EXPECT_TRUE(events.list.empty());
}

TEST_F(H1ClientCodecFlowTest, AnAnswerBeforeTheQuestionIsAnError) {
  codec.send_request(request("GET"), End::kYes);
  EXPECT_FALSE(feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_TRUE(events.list.empty());
}

TEST_F(H1ClientCodecFlowTest, AnErrorIsFinal) {
  get();
  EXPECT_FALSE(feed("nonsense\r\n\r\n"));
  EXPECT_FALSE(feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_FALSE(codec.reusable());
  EXPECT_TRUE(events.list.empty());
}

TEST_F(H1ClientCodecFlowTest, TheCloseOfAnIdleConnectionIsNoError) {
  EXPECT_EQ(codec.end_of_input(), std::nullopt);
  EXPECT_FALSE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, AnEarlyAnswerIsDeliveredAndSpoilsTheConnection) {
  RequestHead head = request("POST");
  head.body = {BodyLength::Kind::kKnown, 5};
  const StreamId id = codec.send_request(head, End::kNo);
  codec.send_body(id, Buffer("he"), End::kNo);
  output();
  EXPECT_TRUE(feed("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(events.list.size(), 1u);
  EXPECT_FALSE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, AnEarlyAnswerDoesNoHarmWhenTheRequestIsFinished) {
  RequestHead head = request("POST");
  head.body = {BodyLength::Kind::kKnown, 5};
  const StreamId id = codec.send_request(head, End::kNo);
  output();
  EXPECT_TRUE(feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  codec.send_body(id, Buffer("hello"), End::kYes);
  EXPECT_FALSE(codec.reusable());
  EXPECT_EQ(output(), "hello");
  EXPECT_TRUE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, AReaderWhoOwesTooMuchStops) {
  const StreamId id = get();
  EXPECT_TRUE(feed("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"));
  EXPECT_TRUE(feed(std::string(16383, 'x')));
  EXPECT_TRUE(codec.wants_input());
  EXPECT_TRUE(feed("x"));
  EXPECT_FALSE(codec.wants_input());
  codec.consumed(id, 1);
  EXPECT_TRUE(codec.wants_input());
}

TEST_F(H1ClientCodecFlowTest, AnAcceptedUpgradeIsATunnel) {
  RequestHead head = request("GET");
  head.upgrade = "echo";
  const StreamId id = codec.send_request(head, End::kYes);
  output();
  EXPECT_TRUE(feed("HTTP/1.1 103 Early Hints\r\n\r\n"));
  EXPECT_TRUE(
      feed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n"
           "raw\r\n\r\n"));
  codec.send_body(id, Buffer("0\r\n\r\n"), End::kNo);
  EXPECT_EQ(output(), "0\r\n\r\n");
  EXPECT_EQ(events.sent, 5u);
  EXPECT_TRUE(feed(std::string_view("\0more", 5)));
  EXPECT_EQ(codec.end_of_input(), std::nullopt);
  EXPECT_EQ(events.list,
            (std::vector<std::string>{"informational 103 none",
                                      "response 101 none Upgrade=echo Connection=upgrade",
                                      std::string("body raw\r\n\r\n\0more end", 21)}));
  EXPECT_FALSE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, ARefusedUpgradeIsAnAnswerLikeAnyOther) {
  RequestHead head = request("GET");
  head.upgrade = "echo";
  codec.send_request(head, End::kYes);
  output();
  EXPECT_TRUE(
      feed("HTTP/1.1 426 Upgrade Required\r\nUpgrade: other\r\nConnection: upgrade\r\n"
           "Content-Length: 2\r\n\r\nno"));
  EXPECT_EQ(events.list.back(), "body no end");
  EXPECT_TRUE(codec.reusable());
}

TEST_F(H1ClientCodecFlowTest, ManySmallChunksAreNotMistakenForAnAttack) {
  get();
  EXPECT_TRUE(feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 50000; ++i) ASSERT_TRUE(feed("1\r\nx\r\n"));
  EXPECT_TRUE(feed("0\r\n\r\n"));
  EXPECT_EQ(events.body_bytes, 50000u);
}

TEST_F(H1ClientCodecFlowTest, ManyChunkExtensionsAre) {
  get();
  EXPECT_TRUE(feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "1;" + std::string(1000, 'e') + "\r\nx\r\n";
  int taken = 0;
  while (taken < 100 && feed(chunk)) ++taken;
  EXPECT_EQ(taken, 65);
}

}  // namespace
}  // namespace weir::http
