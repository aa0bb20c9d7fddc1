#include "proxy/http/error_reply.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace weir::http {
namespace {

ReplyParams shed() {
  return {.status = 503,
          .proxy_error = "proxy_internal_response",
          .word = "queue_full",
          .text = {},
          .reveal = true,
          .retry_after_seconds = 3,
          .via_name = "weir"};
}

std::string body_of(const Reply& reply) { return reply.body.to_string(); }

TEST(ErrorReplyTest, AShedSaysWhenToComeBackAndWhy) {
  const Reply reply = error_reply(shed());
  EXPECT_EQ(reply.head.status, 503);
  EXPECT_EQ(reply.head.reason, "Service Unavailable");
  EXPECT_EQ(reply.head.headers.get(Name::kRetryAfter), "3");
  EXPECT_EQ(reply.head.headers.get(Name::kContentType), "application/problem+json");
  EXPECT_EQ(reply.head.headers.get(Name::kProxyStatus),
            "weir; error=proxy_internal_response; details=\"queue_full\"");
  EXPECT_EQ(reply.head.headers.size(), 3u);
  EXPECT_EQ(body_of(reply),
            "{\"type\":\"https://iana.org/assignments/"
            "http-problem-types#temporary-reduced-capacity\",\"title\":\"Temporary reduced "
            "capacity\",\"status\":503,\"detail\":\"queue_full\"}\n");
}

TEST(ErrorReplyTest, TheHeadKnowsTheLengthOfTheBody) {
  const Reply reply = error_reply(shed());
  EXPECT_EQ(reply.head.body.kind, BodyLength::Kind::kKnown);
  EXPECT_EQ(reply.head.body.bytes, reply.body.size());
}

TEST(ErrorReplyTest, StrangersAreNotToldTheReason) {
  ReplyParams params = shed();
  params.reveal = false;
  params.text = "the queue of 12 is full";
  const Reply reply = error_reply(params);
  EXPECT_EQ(reply.head.headers.get(Name::kProxyStatus), "weir; error=proxy_internal_response");
  EXPECT_FALSE(nlohmann::json::parse(body_of(reply)).contains("detail"));
}

TEST(ErrorReplyTest, NobodyIsToldToComeBackInNoTime) {
  for (const int seconds : {0, -5}) {
    ReplyParams params = shed();
    params.retry_after_seconds = seconds;
    EXPECT_EQ(error_reply(params).head.headers.get(Name::kRetryAfter), "1");
  }
}

TEST(ErrorReplyTest, OtherErrorsAreProblemsWithoutAType) {
  const Reply reply = error_reply({.status = 502,
                                   .proxy_error = "connection_refused",
                                   .word = "backend_refused",
                                   .text = "connection refused",
                                   .retry_after_seconds = std::nullopt,
                                   .via_name = "weir"});
  EXPECT_EQ(reply.head.headers.count(Name::kRetryAfter), 0u);
  const auto body = nlohmann::json::parse(body_of(reply));
  EXPECT_EQ(body["type"], "about:blank");
  EXPECT_EQ(body["title"], "Bad Gateway");
  EXPECT_EQ(body["status"], 502);
  EXPECT_EQ(body["detail"], "connection refused");
}

TEST(ErrorReplyTest, AServiceUnavailableWithoutAppointmentIsNotSoForAWhile) {
  ReplyParams params = shed();
  params.retry_after_seconds.reset();
  EXPECT_EQ(nlohmann::json::parse(body_of(error_reply(params)))["type"], "about:blank");
}

TEST(ErrorReplyTest, ARefusedMethodComesWithThoseAllowed) {
  ReplyParams params = shed();
  params.status = 405;
  params.retry_after_seconds.reset();
  const Reply reply = error_reply(params);
  const auto allow = reply.head.headers.get("allow");
  ASSERT_TRUE(allow);
  EXPECT_EQ(allow->find("CONNECT"), std::string_view::npos);
  EXPECT_NE(allow->find("GET"), std::string_view::npos);
}

TEST(ErrorReplyTest, HostileTextsCannotBreakOut) {
  ReplyParams params = shed();
  const std::string text = std::string("a\"b\\c\r\nSet-Cookie: x\0\x7f\xff", 23) + "\t";
  params.word = text;
  params.text = text;
  const Reply reply = error_reply(params);
  EXPECT_EQ(nlohmann::json::parse(body_of(reply))["detail"], "a\"b\\c??Set-Cookie: x????");
  EXPECT_EQ(reply.head.headers.get(Name::kProxyStatus),
            "weir; error=proxy_internal_response; details=\"a\\\"b\\\\c??Set-Cookie: x????\"");
}

TEST(ErrorReplyTest, LongTextsAreCutAndTheBodyStaysWhole) {
  ReplyParams params = shed();
  const std::string text(5000, '"');
  params.text = text;
  params.word = text;
  const Reply reply = error_reply(params);
  EXPECT_EQ(nlohmann::json::parse(body_of(reply))["detail"], std::string(200, '"'));
  EXPECT_LT(reply.body.size(), 1000u);
  const std::string status(*reply.head.headers.get(Name::kProxyStatus));
  EXPECT_LT(status.size(), 600u);
  EXPECT_EQ(status.back(), '"');
}

TEST(ErrorReplyTest, ANameThatIsNoStructuredTokenIsQuoted) {
  ReplyParams params = shed();
  params.via_name = "7-of-9";
  EXPECT_EQ(error_reply(params).head.headers.get(Name::kProxyStatus),
            "\"7-of-9\"; error=proxy_internal_response; details=\"queue_full\"");
}

}  // namespace
}  // namespace weir::http
