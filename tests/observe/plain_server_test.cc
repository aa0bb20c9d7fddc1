#include "proxy/observe/plain_server.h"

#include <gmock/gmock.h>

#include "tests/transport/socket_fixture.h"

namespace weir::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PlainServerTest : public transport::SocketTest {
 protected:
  void open(PlainServer::HostCheck check) {
    const loop::EventLoop::Turn turn(loop);
    server_ = std::make_unique<PlainServer>(loop, routes(), check);
    std::string error;
    ASSERT_TRUE(server_->listen(transport::loopback(), error)) << error;
  }
  void TearDown() override {
    const loop::EventLoop::Turn turn(loop);
    server_.reset();
  }
  // All that comes back until the server ends the connection.
  std::string ask(std::string_view request) {
    transport::Peer peer(transport::connected_to(server_->local_address()));
    EXPECT_TRUE(becomes([&] { return peer.say(request); }));
    EXPECT_TRUE(becomes([&] {
      peer.listen();
      return peer.ended || peer.cut;
    }));
    return peer.received;
  }
  std::string ask(const std::string& line, const std::string& fields) {
    return ask(line + " HTTP/1.1\r\n" + fields + "Connection: close\r\n\r\n");
  }

  // What comes later comes now.
  void deliver() {
    const loop::EventLoop::Turn turn(loop);
    later_();
  }

  std::unique_ptr<PlainServer> server_;
  std::vector<std::string> asked_;  // by whom, for what comes later

 private:
  std::vector<PlainServer::Route> routes() {
    return {{"GET", "/show",
             [](const Query& query) -> PlainReply {
               return {.body = "shown " + std::string(query.get("n").value_or("nothing")) + "\n"};
             }},
            {"POST", "/change", [](const Query&) -> PlainReply { return {.body = "changed\n"}; }},
            {"POST", "/slow",
             [this](const Query& query) -> PlainReply {
               return {.later = [this, peer = std::string(query.peer)](auto deliver) {
                 asked_.push_back(peer);
                 later_ = [deliver] { deliver({.status = 202, .body = "at last\n"}); };
               }};
             }},
            {"GET", "/both", [](const Query&) -> PlainReply { return {}; }},
            {"POST", "/both", [](const Query&) -> PlainReply { return {}; }}};
  }
  std::function<void()> later_;
};

TEST_F(PlainServerTest, AnswersARouteWithItsQuery) {
  open(PlainServer::HostCheck::kAny);
  const std::string answer = ask("GET /show?m=1&n=42", "Host: a\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nshown 42\n"));
}

TEST_F(PlainServerTest, AnswersHeadLikeGetWithoutTheBody) {
  open(PlainServer::HostCheck::kAny);
  const std::string answer = ask("HEAD /show", "Host: a\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 14\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("shown")));
}

TEST_F(PlainServerTest, KnowsOnlyItsPaths) {
  open(PlainServer::HostCheck::kAny);
  for (const char* path : {"/", "/show/", "/shown", "/SHOW", "//show"})
    EXPECT_THAT(ask("GET " + std::string(path), "Host: a\r\n"), StartsWith("HTTP/1.1 404 "))
        << path;
}

TEST_F(PlainServerTest, NamesTheMethodsOfAPathThatWasAskedWithAnother) {
  open(PlainServer::HostCheck::kAny);
  struct Row {
    const char *line, *allow;
  };
  for (const Row& row : {Row{"POST /show", "GET, HEAD"}, Row{"GET /change", "POST"},
                         Row{"HEAD /change", "POST"}, Row{"DELETE /both", "GET, HEAD, POST"}}) {
    const std::string answer = ask(row.line, "Host: a\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << row.line;
    EXPECT_THAT(answer, HasSubstr("Allow: " + std::string(row.allow) + "\r\n")) << row.line;
  }
}

TEST_F(PlainServerTest, TakesAPostWithABodyAndKeepsTheConnection) {
  open(PlainServer::HostCheck::kAny);
  const std::string answer =
      ask("POST /change HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
          "GET /show HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("changed\n"));
  EXPECT_THAT(answer, HasSubstr("shown nothing\n"));
}

TEST_F(PlainServerTest, AnswersLaterInTurnEvenWhoSaysNoMore) {
  open(PlainServer::HostCheck::kAny);
  transport::Peer peer(transport::connected_to(server_->local_address()));
  ASSERT_TRUE(becomes([&] {
    return peer.say(
        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        "GET /show HTTP/1.1\r\nHost: a\r\n\r\n");
  }));
  peer.end();
  ASSERT_TRUE(becomes([&] { return asked_.size() == 1; }));
  wakes_during(transport::milliseconds(20));
  deliver();
  ASSERT_TRUE(becomes([&] {
    peer.listen();
    return peer.ended;
  }));
  EXPECT_THAT(peer.received, StartsWith("HTTP/1.1 202 "));
  EXPECT_THAT(peer.received, HasSubstr("\r\n\r\nat last\n"));
  EXPECT_THAT(peer.received, HasSubstr("shown nothing\n"));
}

TEST_F(PlainServerTest, KnowsWhoAsksAndForgetsHimWhenHeHasGone) {
  open(PlainServer::HostCheck::kAny);
  {
    transport::Peer peer(transport::connected_to(server_->local_address()));
    ASSERT_TRUE(becomes(
        [&] { return peer.say("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"); }));
    ASSERT_TRUE(becomes([&] { return !asked_.empty(); }));
    EXPECT_THAT(asked_, testing::ElementsAre(transport::local_address_of(peer.fd()).text()));
    peer.reset();
  }
  EXPECT_THAT(ask("GET /show", "Host: a\r\n"), StartsWith("HTTP/1.1 200 "));
  deliver();
}

TEST_F(PlainServerTest, RefusesWhatIsNotHttpAndEnds) {
  open(PlainServer::HostCheck::kAny);
  for (const char* request : {"nonsense\r\n\r\n", "GET /show HTTP/1.1\r\n\r\n",
                              "GET /show HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"})
    EXPECT_THAT(ask(request), StartsWith("HTTP/1.1 400 ")) << request;
}

TEST_F(PlainServerTest, TheLoopbackDoorOpensOnlyUnderANameOfThisHost) {
  open(PlainServer::HostCheck::kLoopback);
  struct Row {
    const char *fields, *answer;
  };
  for (const Row& row :
       {Row{"Host: localhost\r\n", "HTTP/1.1 200 "},
        Row{"Host: localhost:9881\r\n", "HTTP/1.1 200 "},
        Row{"Host: 127.0.0.1:9881\r\n", "HTTP/1.1 200 "},
        Row{"Host: [::1]:9881\r\n", "HTTP/1.1 200 "}, Row{"Host: evil.test\r\n", "HTTP/1.1 403 "},
        Row{"Host: 127.0.0.1.evil.test\r\n", "HTTP/1.1 403 "},
        Row{"Host: localhost.evil.test\r\n", "HTTP/1.1 403 "},
        Row{"Host: 10.0.0.1\r\n", "HTTP/1.1 403 "}})
    EXPECT_THAT(ask("GET /show", row.fields), StartsWith(row.answer)) << row.fields;
}

TEST_F(PlainServerTest, TheLoopbackDoorTakesNoChangesFromAForeignPage) {
  open(PlainServer::HostCheck::kLoopback);
  struct Row {
    const char *origin, *answer;
  };
  for (const Row& row :
       {Row{"http://localhost:9881", "HTTP/1.1 200 "}, Row{"http://[::1]:9881", "HTTP/1.1 200 "},
        Row{"https://evil.test", "HTTP/1.1 403 "}, Row{"null", "HTTP/1.1 403 "}})
    EXPECT_THAT(ask("POST /change", "Host: 127.0.0.1\r\nContent-Length: 0\r\nOrigin: " +
                                        std::string(row.origin) + "\r\n"),
                StartsWith(row.answer))
        << row.origin;
}

TEST_F(PlainServerTest, SaysWhereItCannotListen) {
  open(PlainServer::HostCheck::kAny);
  const transport::Fd taken = transport::bound(transport::loopback(), 1);
  const loop::EventLoop::Turn turn(loop);
  PlainServer second(loop, {}, PlainServer::HostCheck::kAny);
  std::string error;
  EXPECT_FALSE(second.listen(transport::address_of(taken), error));
  EXPECT_THAT(error, HasSubstr(transport::address_of(taken).text()));
}

}  // namespace
}  // namespace weir::observe
