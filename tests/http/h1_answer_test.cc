#include "proxy/http/h1_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proxy/http/head_check.h"

namespace weir::http {
namespace {

using Kind = BodyLength::Kind;

struct Case {
  const char* what;
  Version version;
  const char* method;
  int status;
  BodyLength body;
  std::string sent;  // as body, in one piece; empty: the head ends the response
  std::string wire;  // behind the status line
  Persistence after;
};

constexpr Version k10 = Version::kHttp10;
constexpr Version k11 = Version::kHttp11;
constexpr Persistence kCloses = Persistence::kCloses;
constexpr Persistence kPersists = Persistence::kPersists;
constexpr Persistence kWhenTold = Persistence::kPersistsWhenTold;

RequestHead request(const char* method, Version version) {
  RequestHead head;
  head.method = method;
  head.version = version;
  return head;
}

ResponseHead response(int status, BodyLength body) {
  ResponseHead head;
  head.status = status;
  head.body = body;
  return head;
}

std::string all(H1Answer& answer) { return answer.take(1 << 20).bytes.to_string(); }

TEST(H1AnswerTest, FramesEachResponseAsItsRequestAllows) {
  const std::vector<Case> cases{
      {"a length",
       k11,
       "GET",
       200,
       {Kind::kKnown, 2},
       "ab",
       "Content-Length: 2\r\n\r\nab",
       kPersists},
      {"a length of zero",
       k11,
       "GET",
       200,
       {Kind::kKnown, 0},
       "",
       "Content-Length: 0\r\n\r\n",
       kPersists},
      {"no word of a body", k11, "GET", 200, {}, "", "Content-Length: 0\r\n\r\n", kPersists},
      {"an unknown length",
       k11,
       "GET",
       200,
       {Kind::kUnknown},
       "ab",
       "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
       kPersists},
      {"an unknown length that is none",
       k11,
       "GET",
       200,
       {Kind::kUnknown},
       "",
       "Content-Length: 0\r\n\r\n",
       kPersists},
      {"until close",
       k11,
       "GET",
       200,
       {Kind::kUntilClose},
       "ab",
       "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
       kPersists},
      {"HEAD with a length",
       k11,
       "HEAD",
       200,
       {Kind::kKnown, 7},
       "",
       "Content-Length: 7\r\n\r\n",
       kPersists},
      {"HEAD with an unknown length", k11, "HEAD", 200, {Kind::kUnknown}, "", "\r\n", kPersists},
      {"HEAD without a word of a body", k11, "HEAD", 200, {}, "", "\r\n", kPersists},
      {"204", k11, "GET", 204, {}, "", "\r\n", kPersists},
      {"204 with a length", k11, "GET", 204, {Kind::kKnown, 7}, "", "\r\n", kPersists},
      {"304 with a length",
       k11,
       "GET",
       304,
       {Kind::kKnown, 7},
       "",
       "Content-Length: 7\r\n\r\n",
       kPersists},
      {"304 without", k11, "GET", 304, {}, "", "\r\n", kPersists},
      {"a length on 1.0",
       k10,
       "GET",
       200,
       {Kind::kKnown, 2},
       "ab",
       "Content-Length: 2\r\nConnection: keep-alive\r\n\r\nab",
       kWhenTold},
      {"an unknown length on 1.0",
       k10,
       "GET",
       200,
       {Kind::kUnknown},
       "ab",
       "Connection: close\r\n\r\nab",
       kCloses},
      {"until close on 1.0",
       k10,
       "GET",
       200,
       {Kind::kUntilClose},
       "ab",
       "Connection: close\r\n\r\nab",
       kCloses},
      {"HEAD of an unknown length on 1.0",
       k10,
       "HEAD",
       200,
       {Kind::kUnknown},
       "",
       "Connection: keep-alive\r\n\r\n",
       kWhenTold},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    H1Answer answer;
    answer.expect(request(c.method, c.version));
    Persistence persistence = c.version == k10 ? kWhenTold : kPersists;
    answer.send_final(response(c.status, c.body), c.sent.empty() ? End::kYes : End::kNo,
                      persistence);
    if (!c.sent.empty()) answer.send_body(Buffer(c.sent), End::kYes);
    const std::string status =
        "HTTP/1.1 " + std::to_string(c.status) + " " + std::string(reason_phrase(c.status));
    EXPECT_EQ(all(answer), status + "\r\n" + c.wire);
    EXPECT_EQ(persistence, c.after);
    EXPECT_TRUE(answer.done());
  }
}

TEST(H1AnswerTest, LeavesOutTheFieldsThatAreItsOwn) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  ResponseHead head = response(200, {Kind::kKnown, 1});
  head.reason = "Fine";
  for (const char* name :
       {"Connection", "Content-Length", "Keep-Alive", "Transfer-Encoding", "Upgrade"})
    head.headers.add(name, "x");
  head.headers.add("X-Own", "y");
  Persistence persistence = kPersists;
  answer.send_final(head, End::kNo, persistence);
  EXPECT_EQ(all(answer), "HTTP/1.1 200 Fine\r\nX-Own: y\r\nContent-Length: 1\r\n\r\n");
}

TEST(H1AnswerTest, InformationalHeadsComeBeforeTheFinalOne) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  ResponseHead hints = response(103, {Kind::kKnown, 5});
  hints.headers.add("Link", "</a>");
  answer.send_informational(hints);
  answer.send_informational(hints);
  Persistence persistence = kPersists;
  answer.send_final(response(204, {}), End::kYes, persistence);
  answer.send_informational(hints);
  EXPECT_EQ(all(answer),
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
            "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(H1AnswerTest, InformationalHeadsGoNowhereOnHttp10) {
  H1Answer answer;
  answer.expect(request("GET", k10));
  answer.send_informational(response(100, {}));
  EXPECT_FALSE(answer.has_output());
}

TEST(H1AnswerTest, TrailersFollowTheLastChunk) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  Persistence persistence = kPersists;
  answer.send_final(response(200, {Kind::kUnknown}), End::kNo, persistence);
  answer.send_body(Buffer("a"), End::kNo);
  all(answer);
  Headers trailers;
  trailers.add("X-Sum", "7");
  answer.send_trailers(trailers);
  EXPECT_EQ(all(answer), "0\r\nX-Sum: 7\r\n\r\n");
  EXPECT_TRUE(answer.done());
}

TEST(H1AnswerTest, TrailersAreDroppedWhereNothingCanCarryThem) {
  H1Answer answer;
  answer.expect(request("GET", k10));
  Persistence persistence = kWhenTold;
  answer.send_final(response(200, {Kind::kUnknown}), End::kNo, persistence);
  answer.send_body(Buffer("a"), End::kNo);
  Headers trailers;
  trailers.add("X-Sum", "7");
  answer.send_trailers(trailers);
  EXPECT_EQ(all(answer), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\na");
  EXPECT_TRUE(answer.done());
}

TEST(H1AnswerTest, OnlyBodyBytesAreCreditedAndEachOnce) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  Persistence persistence = kPersists;
  answer.send_final(response(200, {Kind::kUnknown}), End::kNo, persistence);
  size_t credited = 0;
  size_t given = 0;
  for (int piece = 0; piece < 50; ++piece) {
    answer.send_body(Buffer(std::string(777, 'x')), piece == 49 ? End::kYes : End::kNo);
    given += 777;
    credited += answer.take(500).body_bytes;
    EXPECT_LE(credited, given);
  }
  while (answer.has_output()) credited += answer.take(1000).body_bytes;
  EXPECT_EQ(credited, given);
}

TEST(H1AnswerTest, ACutResponseIsNeverEnded) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  Persistence persistence = kPersists;
  answer.send_final(response(200, {Kind::kUnknown}), End::kNo, persistence);
  answer.send_body(Buffer("a"), End::kNo);
  answer.cut();
  answer.send_body(Buffer("b"), End::kYes);
  EXPECT_EQ(all(answer), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  EXPECT_FALSE(answer.would_look_complete());
}

TEST(H1AnswerTest, NothingGoesBeyondTheAnnouncedLength) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  Persistence persistence = kPersists;
  answer.send_final(response(200, {Kind::kKnown, 3}), End::kNo, persistence);
  answer.send_body(Buffer("ab"), End::kNo);
  answer.send_body(Buffer("cHTTP/1.1 200 OK"), End::kYes);
  EXPECT_EQ(all(answer), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_TRUE(answer.done());
  EXPECT_FALSE(answer.was_cut());
}

TEST(H1AnswerTest, AnEndBeforeTheAnnouncedLengthIsACut) {
  for (const char* body : {"", "ab"}) {
    SCOPED_TRACE(body);
    H1Answer answer;
    answer.expect(request("GET", k11));
    Persistence persistence = kPersists;
    answer.send_final(response(200, {Kind::kKnown, 3}), End::kNo, persistence);
    answer.send_body(Buffer(body), End::kYes);
    EXPECT_TRUE(answer.was_cut());
    EXPECT_FALSE(answer.would_look_complete());
  }
}

TEST(H1AnswerTest, ACutTunnelLooksComplete) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  answer.switch_protocols(response(101, {}));
  answer.cut();
  EXPECT_TRUE(answer.would_look_complete());
}

TEST(H1AnswerTest, ACutResponseUntilCloseLooksComplete) {
  H1Answer answer;
  answer.expect(request("GET", k10));
  Persistence persistence = kCloses;
  answer.send_final(response(200, {Kind::kUnknown}), End::kNo, persistence);
  answer.cut();
  EXPECT_TRUE(answer.would_look_complete());
}

// ---- answers that stand ready ----

struct Asked {
  const char* method;
  Version version;
  Persistence persistence;
};

TEST(H1AnswerTest, AReadyReplyIsTheSameByteForByteAsOnePutTogether) {
  const ReplyParams params{.status = 503,
                           .proxy_error = "proxy_internal_response",
                           .word = "queue_full",
                           .text = {},
                           .reveal = true,
                           .retry_after_seconds = std::nullopt,
                           .via_name = "weir"};
  const ReadyReply ready(params);
  for (const Asked& asked : {Asked{"GET", k11, kPersists}, Asked{"HEAD", k11, kPersists},
                             Asked{"POST", k11, kCloses}, Asked{"GET", k10, kWhenTold}}) {
    for (const int seconds : {-1, 0, 1, 9, 10, 300}) {
      SCOPED_TRACE(std::string(asked.method) + " " + std::to_string(seconds));
      ReplyParams each = params;
      each.retry_after_seconds = seconds;
      Reply reply = error_reply(each);
      H1Answer together;
      together.expect(request(asked.method, asked.version));
      Persistence persistence = asked.persistence;
      together.send_final(reply.head, End::kNo, persistence);
      together.send_body(std::move(reply.body), End::kYes);

      H1Answer at_once;
      at_once.expect(request(asked.method, asked.version));
      at_once.send_ready(ready, seconds, asked.persistence);
      EXPECT_TRUE(at_once.done());
      H1Answer::Taken taken = at_once.take(1 << 20);
      const bool bodyless = std::string_view(asked.method) == "HEAD";
      EXPECT_EQ(taken.body_bytes, bodyless ? 0 : ready.body_bytes());
      EXPECT_EQ(taken.bytes.to_string(), all(together));
    }
  }
}

TEST(H1AnswerTest, AReadyReplyIsNoSecondAnswer) {
  H1Answer answer;
  answer.expect(request("GET", k11));
  Persistence persistence = kPersists;
  answer.send_final(response(200, {Kind::kKnown, 1}), End::kNo, persistence);
  const std::string begun = all(answer);
  answer.send_ready(ReadyReply(ReplyParams()), 1, kPersists);
  EXPECT_FALSE(answer.has_output());
}

TEST(H1AnswerTest, FieldsAreWrittenInTheUsualShapeWhateverTheirOwn) {
  ResponseHead head = response(204, {});
  const std::string lines =
      "A: 1\r\nB:2\r\nC:  3\r\nConnection: x\r\nD: 4 \r\nE: 5\r\nF:\r\nG: 7\r\n\r\n";
  ASSERT_EQ(take_fields(lines, 8, head.headers), nullptr);
  head.headers.add("H", "8");
  H1Answer answer;
  answer.expect(request("GET", k11));
  Persistence persistence = kPersists;
  answer.send_final(head, End::kYes, persistence);
  EXPECT_EQ(all(answer),
            "HTTP/1.1 204 No Content\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: \r\nG: 7\r\nH: "
            "8\r\n\r\n");
}

}  // namespace
}  // namespace weir::http
