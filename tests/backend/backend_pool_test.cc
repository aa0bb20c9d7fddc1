#include "proxy/backend/backend_pool.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/backend/pool_fixture.h"

namespace weir::backend {
namespace {

TEST_F(BackendPoolTest, SendsARequestWhenItsConnectionStands) {
  const Caller caller(pool);
  turn_queue.run();
  EXPECT_EQ(dialled[0].sent, "");
  stand(0);
  EXPECT_EQ(dialled[0].sent, "GET / HTTP/1.1\r\nHost: service\r\n\r\n");
}

TEST_F(BackendPoolTest, GivesAnAnsweredConnectionToWhoComesInTheSameTurn) {
  Caller first(pool);
  stand(0);
  at(0).bytes(kAnswer);
  EXPECT_EQ(first.body, "hi");
  EXPECT_EQ(pool.idle(), 1u);
  Caller second(pool);
  EXPECT_TRUE(second.stream->reused());
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 1u);
  at(0).bytes(kAnswer);
  EXPECT_EQ(second.status, 200);
}

TEST_F(BackendPoolTest, ClosesWhatIsIdleForTooLong) {
  leave_one_idle();
  pass(params.idle_timeout - seconds(1));
  EXPECT_EQ(pool.idle(), 1u);
  pass(seconds(2));
  EXPECT_EQ(pool.connections(), 0u);
  EXPECT_EQ(dialled[0].transport, nullptr);
}

TEST_F(BackendPoolTest, TakesTheLastUsedFirst) {
  Caller first(pool);
  Caller second(pool);
  at(0).open();
  stand(1);
  at(1).bytes(kAnswer);
  at(0).bytes(kAnswer);
  turn_queue.run();
  const Caller third(pool);
  turn_queue.run();
  EXPECT_EQ(dialled[0].sent.size(), 2 * dialled[1].sent.size());
}

TEST_F(BackendPoolTest, KeepsNoMoreIdleThanItMay) {
  params.max_idle_connections = 1;
  const Caller first(pool);
  const Caller second(pool);
  for (size_t i : {0u, 1u}) at(i).open();
  turn_queue.run();
  for (size_t i : {0u, 1u}) at(i).bytes(kAnswer);
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 1u);
  EXPECT_EQ(pool.idle(), 1u);
}

TEST_F(BackendPoolTest, GivesAFreshConnectionToWhoAsksForOne) {
  leave_one_idle();
  const Caller caller(pool, Reuse::kFreshOnly);
  EXPECT_FALSE(caller.stream->reused());
  EXPECT_EQ(pool.connections(), 2u);
}

TEST_F(BackendPoolTest, ReplacesAConnectionThatDiesBeforeAnythingOfTheNextRequestHasLeft) {
  constexpr std::string_view kPost =
      "POST / HTTP/1.1\r\nHost: service\r\nContent-Length: 3\r\n\r\nabc";
  const std::vector<std::function<void(FakeTransport&)>> deaths = {
      [](FakeTransport& dying) { dying.end(); },
      [](FakeTransport& dying) { dying.fail(transport::CloseReason::kReset); },
      [](FakeTransport& dying) { dying.bytes("HTTP/1.1 408 Request Timeout\r\n\r\n"); }};
  for (const auto& die : deaths) {
    dialled.clear();
    leave_one_idle();
    pass(seconds(1));
    Caller caller(pool, "abc");
    die(at(0));
    turn_queue.run();
    EXPECT_EQ(dialled[0].transport, nullptr);
    EXPECT_EQ(dialled[1].sent, "") << "it does not stand yet";
    EXPECT_EQ(caller.replaced, 1);
    EXPECT_FALSE(caller.stream->reused());
    stand(1);
    EXPECT_EQ(dialled[1].sent, kPost);
    at(1).bytes(kAnswer);
    EXPECT_EQ(caller.body, "hi");
    EXPECT_EQ(pool.connections(), 1u);
    pool.close_idle();
    turn_queue.run();
  }
}

TEST_F(BackendPoolTest, ReplacesAConnectionThatOwesNewsBeforeTheNextRequestIsWritten) {
  leave_one_idle();
  const std::string before = dialled[0].sent;
  dialled[0].owes_news = true;
  Caller caller(pool, "abc");
  turn_queue.run();
  EXPECT_EQ(dialled[0].transport, nullptr);
  EXPECT_EQ(dialled[0].sent, before);
  EXPECT_EQ(caller.replaced, 1);
  dialled[1].owes_news = true;
  stand(1);
  EXPECT_TRUE(dialled[1].sent.ends_with("abc")) << "a new one is not asked";
  dialled[1].owes_news = false;
  at(1).bytes(kAnswer);
  EXPECT_EQ(caller.body, "hi");
}

TEST_F(BackendPoolTest, AsksForNewsOnlyBeforeTheRequestIsBegun) {
  leave_one_idle();
  Caller caller(pool);
  turn_queue.run();
  dialled[0].owes_news = true;
  caller.stream->consumed(0);
  turn_queue.run();
  EXPECT_EQ(caller.replaced, 0);
  dialled[0].owes_news = false;
  at(0).bytes(kAnswer);
  EXPECT_EQ(caller.body, "hi");
}

TEST_F(BackendPoolTest, ReplacesNoneThatIsNewNorOneThatHasTakenSomeOfTheRequest) {
  Caller on_a_new_one(pool);
  at(0).open();
  at(0).end();
  EXPECT_TRUE(on_a_new_one.failure);
  turn_queue.run();
  dialled.clear();
  leave_one_idle();
  Caller on_a_used_one(pool);
  turn_queue.run();
  at(0).end();
  EXPECT_EQ(on_a_used_one.failure, exchange::BackendFailure::kClosedUnanswered);
  EXPECT_EQ(on_a_used_one.replaced, 0);
  turn_queue.run();
}

TEST_F(BackendPoolTest, KeepsNoConnectionThatSaidMoreThanItsAnswer) {
  for (const std::string_view more : {"HTTP/1.1 200 OK\r\n", "\r\n"}) {
    const Caller caller(pool);
    stand(dialled.size() - 1);
    at(dialled.size() - 1).bytes(std::string(kAnswer) + std::string(more));
    EXPECT_EQ(caller.status, 200);
    turn_queue.run();
    EXPECT_EQ(pool.connections(), 0u);
  }
}

TEST_F(BackendPoolTest, KeepsNoConnectionThatSpeaksUnasked) {
  leave_one_idle();
  at(0).bytes("HTTP/1.1 408 Request Timeout\r\n\r\n");
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(BackendPoolTest, KeepsNoConnectionWhoseRequestWasGivenUp) {
  {
    const Caller caller(pool);
    stand(0);
  }
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 0u);
  EXPECT_EQ(dialled[0].closed, transport::CloseHow::kNow);
}

TEST_F(BackendPoolTest, WritesNothingOfARequestThatIsGivenUpBeforeAndKeepsItsConnection) {
  leave_one_idle();
  const std::string before = dialled[0].sent;
  { const Caller gone(pool, "abc"); }
  turn_queue.run();
  EXPECT_EQ(dialled[0].sent, before);
  EXPECT_EQ(pool.idle(), 1u);
  Caller next(pool);
  turn_queue.run();
  EXPECT_EQ(dialled[0].sent, before + before);
  at(0).bytes(kAnswer);
  EXPECT_EQ(next.body, "hi");
  EXPECT_EQ(pool.connections(), 1u);
}

TEST_F(BackendPoolTest, WhatIsGivenUpUnsentLeavesItsConnectionToTheNextInTheSameTurn) {
  leave_one_idle();
  for (int i = 0; i < 10; ++i) {
    const Caller gone(pool);
    EXPECT_EQ(pool.idle(), 0u);
  }
  EXPECT_EQ(pool.idle(), 1u);
  EXPECT_EQ(dialled.size(), 1u);
}

TEST_F(BackendPoolTest, KeepsNoConnectionWhoseEndCameWithTheAnswer) {
  leave_one_idle();
  Caller caller(pool);
  turn_queue.run();
  dialled[0].owes_news = true;
  at(0).bytes(kAnswer);
  EXPECT_EQ(caller.body, "hi");
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(BackendPoolTest, WhatIsGivenUpUnsentMakesAnIdleConnectionNoYounger) {
  leave_one_idle();
  pass(params.idle_timeout - seconds(1));
  { const Caller gone(pool); }
  pass(seconds(2));
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(BackendPoolTest, OneThatDoesNotStandYetIsLeftToTheNextWhenItsRequestIsGivenUp) {
  for (int i = 0; i < 10; ++i) const Caller gone(pool);
  EXPECT_EQ(dialled.size(), 1u);
  EXPECT_EQ(pool.idle(), 1u);
  Caller next(pool, "abc");
  EXPECT_FALSE(next.stream->reused());
  turn_queue.run();
  stand(0);
  EXPECT_TRUE(dialled[0].sent.ends_with("abc"));
  EXPECT_EQ(dialled[0].sent.find("\r\n\r\n"), dialled[0].sent.size() - 7)
      << "nothing of the others";
  at(0).bytes(kAnswer);
  EXPECT_EQ(next.body, "hi");
}

TEST_F(BackendPoolTest, OneThatStandsWhenNobodyHasItIsStandingForTheNextAndMayBeReplaced) {
  { const Caller gone(pool); }
  turn_queue.run();
  stand(0);
  Caller next(pool, "abc");
  EXPECT_TRUE(next.stream->reused()) << "nobody will say that it stands";
  at(0).end();
  EXPECT_EQ(dialled.size(), 2u) << "it had died before anything was sent";
  stand(1);
  at(1).bytes(kAnswer);
  EXPECT_EQ(next.body, "hi");
}

TEST_F(BackendPoolTest, OneThatNeverStandsIsGoneWhoeverWaitedForIt) {
  { const Caller gone(pool); }
  at(0).fail(transport::CloseReason::kRefused);
  turn_queue.run();
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(BackendPoolTest, TellsWhyARequestHasNoAnswer) {
  using exchange::BackendFailure;
  Caller refused(pool);
  at(0).fail(transport::CloseReason::kRefused);
  EXPECT_EQ(refused.failure, BackendFailure::kRefused);

  Caller unanswered(pool);
  stand(1);
  at(1).end();
  EXPECT_EQ(unanswered.failure, BackendFailure::kClosedUnanswered);

  Caller cut(pool);
  stand(2);
  at(2).bytes(kAnswer.substr(0, kAnswer.size() - 1));
  at(2).end();
  EXPECT_EQ(cut.failure, BackendFailure::kClosed);

  Caller nonsense(pool);
  stand(3);
  at(3).bytes("SSH-2.0-OpenSSH\r\n\r\n");
  EXPECT_EQ(nonsense.failure, BackendFailure::kProtocol);

  Caller late(pool);
  stand(4);
  pass(params.response_head_timeout + seconds(1));
  EXPECT_EQ(late.failure, BackendFailure::kHeadTimedOut);

  turn_queue.run();
  EXPECT_EQ(pool.connections(), 0u);
}

TEST_F(BackendPoolTest, AnAnswerThatStopsHasStalledUnlessItMayBeSilent) {
  constexpr std::string_view kBegin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  Caller patient(pool);
  stand(0);
  at(0).bytes(kBegin);
  patient.stream->may_be_silent();
  turn_queue.run();
  pass(std::chrono::hours(1));
  EXPECT_FALSE(patient.failure);
  at(0).bytes("2\r\nhi\r\n0\r\n\r\n");
  turn_queue.run();
  EXPECT_EQ(patient.body, "hi");

  Caller next(pool);
  EXPECT_TRUE(next.stream->reused());
  turn_queue.run();
  at(0).bytes(kBegin);
  turn_queue.run();
  pass(params.body_stall_timeout + seconds(1));
  EXPECT_EQ(next.failure, exchange::BackendFailure::kStalled) << "the leave was the other's";
}

TEST_F(BackendPoolTest, AnAnswerThatIsHereButNotHeardYetIsNotTooLate) {
  const Caller caller(pool);
  stand(0);
  dialled[0].owes_news = true;
  pass(params.response_head_timeout + seconds(1));
  EXPECT_FALSE(caller.failure);
  dialled[0].owes_news = false;
  at(0).bytes(kAnswer);
  EXPECT_EQ(caller.body, "hi");
}

}  // namespace
}  // namespace weir::backend
