#include "proxy/transport/plain_transport.h"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/loop/real_clock.h"
#include "tests/transport/socket_fixture.h"

namespace weir::transport {
namespace {

// What an idle connection costs here, its uv handle included.
static_assert(sizeof(PlainTransport) + sizeof(uv_poll_t) < 400);

class AtTurnEnd final : public loop::TurnQueue::Task {
 public:
  explicit AtTurnEnd(std::function<void()> action) : action_(std::move(action)) {}
  void at_turn_end() override { action_(); }

 private:
  std::function<void()> action_;
};

class PlainTransportTest : public SocketTest, public ::testing::WithParamInterface<Kind> {
 protected:
  void make() {
    Pair pair = connected_pair(GetParam());
    peer = std::move(pair.peer);
    transport = PlainTransport::accepted(loop, std::move(pair.ours));
  }
  void start() {
    make();
    transport->start(news);
    ASSERT_TRUE(becomes([&] { return news.heard("open"); }));
  }
  bool hears(const std::string& word) {
    return becomes([&] { return news.heard(word); });
  }
  // Sends in pieces until the transport has had enough; returns how many bytes.
  size_t fill() {
    const std::string piece(16 * 1024, 'x');
    size_t sent = 0;
    for (; transport->unsent() < Transport::kHighWaterBytes; sent += piece.size())
      transport->send(Buffer(piece));
    return sent;
  }

  Peer peer;
  std::unique_ptr<PlainTransport> transport;
};

INSTANTIATE_TEST_SUITE_P(Sockets, PlainTransportTest, ::testing::Values(Kind::kTcp, Kind::kUnix),
                         [](const auto& param) {
                           return param.param == Kind::kTcp ? "Tcp" : "Unix";
                         });

TEST_P(PlainTransportTest, OpensBeforeAnythingElseAndCarriesBothWays) {
  make();
  ASSERT_TRUE(peer.say("question"));
  transport->start(news);
  transport->send(Buffer("early "));
  EXPECT_TRUE(news.words.empty());
  ASSERT_TRUE(hears("bytes"));
  EXPECT_EQ(news.words, (Words{"open", "bytes"}));
  EXPECT_EQ(transport->error_text(), "");
  EXPECT_EQ(news.received, "question");
  transport->send(Buffer("answer"));
  EXPECT_EQ(transport->unsent(), 0u);
  peer.listen();
  EXPECT_EQ(peer.received, "early answer");
}

TEST_P(PlainTransportTest, MuchArrivesWholeThroughAReaderThatPauses) {
  Pair pair = connected_pair(GetParam());
  transport = PlainTransport::accepted(loop, std::move(pair.ours));
  auto writer = PlainTransport::accepted(loop, Fd(::fcntl(pair.peer.fd(), F_DUPFD_CLOEXEC, 0)));
  pair.peer.leave();
  std::string all;
  for (int i = 0; all.size() < 12'000'000; ++i) all += std::to_string(i) + ' ';
  size_t given = 0;
  size_t most_unsent = 0;
  News writer_news;
  writer_news.on_news = [&](const std::string&) {
    while (given < all.size() && writer->unsent() < Transport::kHighWaterBytes) {
      const std::string_view piece = std::string_view(all).substr(given, 50'000);
      given += piece.size();
      writer->send(Buffer(piece));
    }
    most_unsent = std::max(most_unsent, writer->unsent());
    if (given == all.size()) writer->close(CloseHow::kFlush);
  };
  loop::Timeline::Timer resume;
  size_t pause_at = 1'000'000;
  news.on_news = [&](const std::string& word) {
    if (word != "bytes" || news.received.size() < pause_at) return;
    pause_at += 1'000'000;
    transport->pause_reading();
    resume = loop.timeline().after(milliseconds(2), [&] { transport->resume_reading(); });
  };
  transport->start(news);
  writer->start(writer_news);
  ASSERT_TRUE(hears("end"));
  EXPECT_TRUE(news.received == all);
  EXPECT_LT(most_unsent, Transport::kHighWaterBytes + 50'000);
}

TEST_P(PlainTransportTest, SlowReaderStopsTheWriterUntilItHasRead) {
  start();
  const size_t sent = fill();
  EXPECT_LT(transport->unsent(), Transport::kHighWaterBytes + 16 * 1024);
  wakes_during(milliseconds(5));
  EXPECT_FALSE(news.heard("drained"));
  ASSERT_TRUE(becomes([&] {
    peer.listen();
    return peer.received.size() == sent;
  }));
  EXPECT_EQ(news.words[1], "drained");
  EXPECT_EQ(transport->unsent(), 0u);
}

TEST_P(PlainTransportTest, LastQueuedByteIsToldEvenBelowTheMarks) {
  start();
  const std::string piece(1000, 'x');
  while (transport->unsent() == 0) transport->send(Buffer(piece));
  ASSERT_LT(transport->unsent(), Transport::kLowWaterBytes);
  ASSERT_TRUE(becomes([&] {
    peer.listen();
    return news.heard("drained");
  }));
  EXPECT_EQ(transport->unsent(), 0u);
}

TEST_P(PlainTransportTest, WrittenAtOnceIsNoNews) {
  start();
  transport->send(Buffer("small"));
  wakes_during(milliseconds(2));
  EXPECT_EQ(news.words, (Words{"open"}));
}

TEST_P(PlainTransportTest, PausedReaderHearsNothingUntilItResumes) {
  start();
  transport->pause_reading();
  ASSERT_TRUE(peer.say("later"));
  EXPECT_LT(wakes_during(milliseconds(20)), 20);
  EXPECT_EQ(news.received, "");
  transport->resume_reading();
  ASSERT_TRUE(hears("bytes"));
  EXPECT_EQ(news.received, "later");
}

TEST_P(PlainTransportTest, HalfCloseEndsReadingButNotWriting) {
  start();
  ASSERT_TRUE(peer.say("last words"));
  peer.end();
  ASSERT_TRUE(hears("end"));
  EXPECT_EQ(news.words, (Words{"open", "bytes", "end"}));
  EXPECT_LT(wakes_during(milliseconds(20)), 20);
  transport->send(Buffer("still here"));
  peer.listen();
  EXPECT_EQ(peer.received, "still here");
}

TEST_P(PlainTransportTest, HalfCloseWhilePausedIsSeenAtOnceAndReadWhenReadingResumes) {
  start();
  transport->pause_reading();
  ASSERT_TRUE(peer.say("last words"));
  peer.end();
  EXPECT_LT(wakes_during(milliseconds(20)), 20);
  EXPECT_EQ(news.words, (Words{"open", "end ahead"}));
  transport->resume_reading();
  ASSERT_TRUE(hears("end"));
  EXPECT_EQ(news.received, "last words");
}

TEST_P(PlainTransportTest, WhatAPeerSaidBeforeItLeftIsNotLostWhilePaused) {
  start();
  transport->pause_reading();
  ASSERT_TRUE(peer.say("last words"));
  peer.leave();
  EXPECT_LT(wakes_during(milliseconds(20)), 20);
  EXPECT_EQ(news.words, (Words{"open", "end ahead"}));
  transport->resume_reading();
  ASSERT_TRUE(hears("end"));
  EXPECT_EQ(news.received, "last words");
}

TEST_P(PlainTransportTest, OwesTheNewsThatLieInTheKernel) {
  const std::vector<std::function<void(Peer&)>> acts = {
      [](Peer& one) { one.say("a word"); }, [](Peer& one) { one.end(); },
      [](Peer& one) { one.leave(); }, [](Peer& one) { one.reset(); }};
  for (const auto& act : acts) {
    news = News();
    start();
    EXPECT_FALSE(transport->owes_news());
    act(peer);
    EXPECT_TRUE(transport->owes_news());
  }
}

TEST_P(PlainTransportTest, LooksForNoNewsBehindThoseThatThePollHasBrought) {
  start();
  bool owed = true;
  news.on_news = [&](const std::string&) {
    peer.say("more");
    owed = transport->owes_news();
    news.on_news = nullptr;
  };
  ASSERT_TRUE(peer.say("a word"));
  ASSERT_TRUE(hears("bytes"));
  EXPECT_FALSE(owed);
}

// Two connections on a loop that reads both before it answers, and what is known of the second when
// the first is answered.
class OneTurnTest : public SocketTest, public ::testing::WithParamInterface<Kind> {
 protected:
  OneTurnTest() {
    for (size_t i : {0u, 1u}) {
      Pair pair = connected_pair(GetParam());
      peers[i] = std::move(pair.peer);
      transports[i] = PlainTransport::accepted(wide, std::move(pair.ours));
      transports[i]->start(heard[i]);
    }
    wide.stop();
    wide.run();
    heard[0].on_news = [this](const std::string&) { wide.turn_queue().add(answer); };
    EXPECT_TRUE(peers[0].say("a question"));
  }
  bool owed_when_answered() {
    uv_run(wide.uv(), UV_RUN_NOWAIT);
    EXPECT_TRUE(owed);
    return owed.value_or(false);
  }

  loop::EventLoop wide{16};
  std::array<Peer, 2> peers;
  std::array<News, 2> heard;
  std::array<std::unique_ptr<PlainTransport>, 2> transports;
  std::optional<bool> owed;
  AtTurnEnd answer{[this] { owed = transports[1]->owes_news(); }};
};

INSTANTIATE_TEST_SUITE_P(Sockets, OneTurnTest, ::testing::Values(Kind::kTcp, Kind::kUnix),
                         [](const auto& param) {
                           return param.param == Kind::kTcp ? "Tcp" : "Unix";
                         });

TEST_P(OneTurnTest, NothingIsLookedForWhereAllSocketsHaveBeenHeard) {
  AtTurnEnd late_word([this] {
    peers[1].say("late");
    wide.turn_queue().add(answer);
  });
  heard[0].on_news = [&](const std::string&) { wide.turn_queue().add(late_word); };
  EXPECT_FALSE(owed_when_answered());
}

TEST_P(OneTurnTest, WhatThePollHasReportedIsOwedWhereTheTurnWasCutBeforeIt) {
  heard[0].on_news = [this](const std::string&) {
    wide.turn_queue().add(answer);
    wide.answer_sockets_now();
  };
  peers[1].end();
  EXPECT_TRUE(owed_when_answered());
  EXPECT_TRUE(heard[1].heard("end"));
}

TEST_P(OneTurnTest, AnEndThatCameWithTheLastBytesIsOwedWhenTheseHaveBeenRead) {
  peers[1].say("the last of it");
  peers[1].end();
  EXPECT_TRUE(owed_when_answered());
  EXPECT_EQ(heard[1].received, "the last of it");
}

TEST_P(OneTurnTest, AResetIsToldBeforeAnythingIsAnswered) {
  bool told = false;
  AtTurnEnd look([&] { told = heard[1].heard("closed: reset"); });
  heard[0].on_news = [&](const std::string&) { wide.turn_queue().add(look); };
  transports[1]->send(Buffer("unread"));
  peers[1].reset();
  uv_run(wide.uv(), UV_RUN_NOWAIT);
  EXPECT_TRUE(told);
}

TEST_P(PlainTransportTest, ResetIsHeardWhilePaused) {
  if (GetParam() == Kind::kUnix) {
    // A Unix socket is reset when it is closed with something unread.
    start();
    transport->send(Buffer("unread"));
  } else {
    start();
  }
  transport->pause_reading();
  peer.reset();
  ASSERT_TRUE(hears("closed: reset"));
  EXPECT_EQ(transport->error_text(), "connection reset by peer");
}

TEST_P(PlainTransportTest, ResetIsHeardAfterTheHalfClose) {
  start();
  if (GetParam() == Kind::kUnix) transport->send(Buffer("unread"));
  peer.end();
  ASSERT_TRUE(hears("end"));
  peer.reset();
  ASSERT_TRUE(hears("closed: reset"));
  EXPECT_EQ(news.words, (Words{"open", "end", "closed: reset"}));
}

TEST_P(PlainTransportTest, FailedSendIsToldLaterAndOnce) {
  start();
  peer.reset();
  transport->pause_reading();
  for (int i = 0; i < 4; ++i) transport->send(Buffer("into the void"));
  EXPECT_EQ(news.words, (Words{"open"}));
  ASSERT_TRUE(hears("closed: reset"));
  wakes_during(milliseconds(2));
  EXPECT_EQ(news.words, (Words{"open", "closed: reset"}));
}

TEST_P(PlainTransportTest, EarlyAnswerIsHeardThoughNobodyTakesTheRest) {
  make();
  ASSERT_TRUE(peer.say("413"));
  transport->start(news);
  fill();
  peer.leave();
  ASSERT_TRUE(hears("closed: reset"));
  EXPECT_EQ(news.received, "413");
  EXPECT_EQ(transport->unsent(), 0u);
}

TEST_P(PlainTransportTest, MayBeDestroyedInsideEachEvent) {
  for (const std::string last : {"open", "bytes", "end", "end ahead", "drained", "closed: reset"}) {
    SCOPED_TRACE(last);
    news = News();
    news.on_news = [&](const std::string& word) {
      if (word == last) transport.reset();
    };
    make();
    transport->start(news);
    ASSERT_TRUE(hears("open"));
    if (transport == nullptr) continue;
    fill();
    if (last == "end ahead") transport->pause_reading();
    ASSERT_TRUE(peer.say("hello"));
    if (last.starts_with("end")) peer.end();
    if (last == "closed: reset") peer.reset();
    ASSERT_TRUE(becomes([&] {
      if (last == "drained") peer.listen();
      return news.heard(last);
    }));
    EXPECT_EQ(transport, nullptr);
    EXPECT_EQ(news.words.back(), last);
  }
}

TEST_P(PlainTransportTest, MayBeClosedInsideEachEvent) {
  for (const std::string last : {"open", "bytes", "end"}) {
    for (const CloseHow how : {CloseHow::kNow, CloseHow::kFlush, CloseHow::kReset}) {
      SCOPED_TRACE(last);
      news = News();
      news.on_news = [&](const std::string& word) {
        if (word == last) transport->close(how);
      };
      make();
      ASSERT_TRUE(peer.say("hello"));
      peer.end();
      transport->start(news);
      ASSERT_TRUE(hears(last));
      wakes_during(milliseconds(2));
      EXPECT_EQ(news.words.back(), last);
    }
  }
}

TEST_P(PlainTransportTest, DestroyedByATimerThatItsOwnReadinessRunsFirst) {
  start();
  ASSERT_TRUE(peer.say("too late"));
  const loop::TimePoint due = loop::steady_now() + milliseconds(2);
  const auto timer = loop.timeline().at(due, [&] { transport.reset(); });
  // Between the loop's timers and its poll, so that the timer is due only when the bytes are told.
  static loop::TimePoint wait_until;
  wait_until = due;
  uv_prepare_t prepare;
  uv_prepare_init(loop.uv(), &prepare);
  uv_prepare_start(&prepare, [](uv_prepare_t*) {
    while (loop::steady_now() < wait_until) {
    }
  });
  EXPECT_TRUE(becomes([&] { return transport == nullptr; }));
  EXPECT_EQ(news.words, (Words{"open"}));
  uv_close(reinterpret_cast<uv_handle_t*>(&prepare), nullptr);
  uv_run(loop.uv(), UV_RUN_NOWAIT);
}

TEST_P(PlainTransportTest, OnlyAResetIsSeenAsOneAndNoUnixSocketKnowsIt) {
  for (const CloseHow how : {CloseHow::kFlush, CloseHow::kNow, CloseHow::kReset}) {
    news = News();
    start();
    transport->close(how);
    ASSERT_TRUE(becomes([&] {
      peer.listen();
      return peer.ended || peer.cut;
    }));
    EXPECT_EQ(peer.cut, how == CloseHow::kReset && GetParam() == Kind::kTcp);
    peer.leave();
  }
}

TEST_P(PlainTransportTest, CloseNowDropsWhatIsQueued) {
  start();
  const size_t sent = fill();
  transport->close(CloseHow::kNow);
  EXPECT_EQ(transport->unsent(), 0u);
  EXPECT_EQ(loop.stragglers(), 0u);
  peer.listen();
  EXPECT_LT(peer.received.size(), sent);
}

}  // namespace
}  // namespace weir::transport
