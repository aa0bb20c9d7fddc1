#include <functional>

#include "tests/backend/pool_fixture.h"

namespace weir::backend {
namespace {

using std::chrono::milliseconds;

class ClosingHabitTest : public BackendPoolTest {
 protected:
  // The last one that was dialled.
  FakeTransport& newest() { return at(dialled.size() - 1); }
  // Over a connection of its own.
  void answer_anew(std::string_view text = kAnswer) {
    const Caller caller(pool, Reuse::kFreshOnly);
    stand(dialled.size() - 1);
    newest().bytes(text);
    turn_queue.run();
  }
  // Which the end is part of, or cuts short.
  void end_an_answer(std::string_view text) {
    const Caller caller(pool, Reuse::kFreshOnly);
    stand(dialled.size() - 1);
    newest().bytes(text);
    newest().end();
    turn_queue.run();
  }
  // The service closes right behind the answer, which does not say so.
  void close_behind_an_answer() {
    answer_anew();
    newest().end();
    turn_queue.run();
  }
  bool next_is_sent_over_a_used_one() {
    const Caller next(pool);
    return next.stream->reused();
  }
  bool reuses_what_has_just_answered() {
    answer_anew();
    return next_is_sent_over_a_used_one();
  }
  void shows_the_habit(const std::function<void()>& close) {
    for (int i = 0; i < 2; ++i) {
      answer_anew();
      close();
      turn_queue.run();
    }
    EXPECT_FALSE(reuses_what_has_just_answered());
  }
};

TEST_F(ClosingHabitTest, NothingIsSentOverWhatHasJustAnsweredToWhoClosesBehindHisAnswers) {
  close_behind_an_answer();
  EXPECT_TRUE(reuses_what_has_just_answered()) << "once is no habit";
  close_behind_an_answer();
  EXPECT_FALSE(reuses_what_has_just_answered());
}

TEST_F(ClosingHabitTest, WhatHasRestedAndStandsIsReusedThen) {
  for (int i = 0; i < 2; ++i) close_behind_an_answer();
  answer_anew();
  pass(milliseconds(9));
  EXPECT_FALSE(next_is_sent_over_a_used_one());
  pool.close_idle();
  answer_anew();
  pass(milliseconds(10));
  EXPECT_TRUE(next_is_sent_over_a_used_one());
}

TEST_F(ClosingHabitTest, WhatDoesNotStandYetNeedsNoRest) {
  for (int i = 0; i < 2; ++i) close_behind_an_answer();
  { const Caller gone(pool); }
  const size_t before = dialled.size();
  const Caller next(pool);
  EXPECT_EQ(dialled.size(), before);
}

TEST_F(ClosingHabitTest, NorDoesWhatStandsAndHasNotAnsweredYet) {
  for (int i = 0; i < 2; ++i) close_behind_an_answer();
  { const Caller gone(pool); }
  stand(dialled.size() - 1);
  EXPECT_TRUE(next_is_sent_over_a_used_one());
}

TEST_F(ClosingHabitTest, AResetBehindTheAnswerIsAClose) {
  shows_the_habit([&] { newest().fail(transport::CloseReason::kReset); });
}

TEST_F(ClosingHabitTest, SoIsAnEndThatIsFoundAsTheNextRequestComes) {
  shows_the_habit([&] {
    const Caller replaced(pool);
    newest().end();
    turn_queue.run();
  });
}

TEST_F(ClosingHabitTest, AndOneThatIsFoundBeforeItIsWritten) {
  shows_the_habit([&] {
    const Caller replaced(pool);
    dialled.back().owes_news = true;
    turn_queue.run();
  });
}

TEST_F(ClosingHabitTest, AndOneThatCameWithTheAnswer) {
  shows_the_habit([&] {
    const Caller caller(pool, Reuse::kFreshOnly);
    stand(dialled.size() - 1);
    dialled.back().owes_news = true;
    newest().bytes(kAnswer);
    turn_queue.run();
  });
}

TEST_F(ClosingHabitTest, AndOneThatIsFoundWhenTheNextRequestHasLeft) {
  shows_the_habit([&] {
    const Caller lost(pool);
    turn_queue.run();
    newest().end();
    EXPECT_EQ(lost.failure, exchange::BackendFailure::kClosedUnanswered);
  });
}

TEST_F(ClosingHabitTest, WhatTheAnswerHasSaidIsNone) {
  for (int i = 0; i < 10; ++i)
    answer_anew("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
  for (int i = 0; i < 10; ++i) end_an_answer("HTTP/1.1 200 OK\r\n\r\nhi");
  EXPECT_TRUE(reuses_what_has_just_answered());
}

TEST_F(ClosingHabitTest, NorIsTheEndOfWhatHasLongBeenIdleOrWhatBreaksOff) {
  for (int i = 0; i < 10; ++i) {
    answer_anew();
    pass(seconds(5));
    newest().end();
    turn_queue.run();
    end_an_answer(kAnswer.substr(0, kAnswer.size() - 1));
  }
  EXPECT_TRUE(reuses_what_has_just_answered());
}

TEST_F(ClosingHabitTest, NorIsTheEndOfWhatHasAnsweredNobody) {
  for (int i = 0; i < 10; ++i) {
    { const Caller gone(pool); }
    stand(dialled.size() - 1);
    newest().end();
    turn_queue.run();
    { const Caller gone(pool); }
    stand(dialled.size() - 1);
    const Caller lost(pool);
    turn_queue.run();
    newest().end();
    EXPECT_EQ(lost.failure, exchange::BackendFailure::kClosedUnanswered);
    turn_queue.run();
  }
  EXPECT_TRUE(reuses_what_has_just_answered());
}

TEST_F(ClosingHabitTest, WhoLeavesConnectionsStandingAgainHasGivenItUp) {
  for (int i = 0; i < 10; ++i) close_behind_an_answer();
  answer_anew();
  for (int i = 0; i < 200; ++i) {
    pass(milliseconds(10));
    const Caller again(pool);
    EXPECT_TRUE(again.stream->reused());
    turn_queue.run();
    newest().bytes(kAnswer);
    turn_queue.run();
  }
  EXPECT_TRUE(next_is_sent_over_a_used_one());
}

}  // namespace
}  // namespace weir::backend
