#include "proxy/loop/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "proxy/loop/real_clock.h"

namespace weir::loop {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class Work final : public TurnQueue::Task {
 public:
  explicit Work(std::function<void()> action) : action_(std::move(action)) {}
  void at_turn_end() override { action_(); }

 private:
  std::function<void()> action_;
};

class Guest final : public EventLoop::Straggler {
 public:
  explicit Guest(std::function<void()> on_death) : on_death_(std::move(on_death)) {}
  ~Guest() override { on_death_(); }
  bool needs_time() const override { return true; }

 private:
  std::function<void()> on_death_;
};

class EventLoopTest : public ::testing::Test {
 protected:
  std::function<void()> say(const std::string& word) {
    return [this, word] { said.push_back(word); };
  }
  using Words = std::vector<std::string>;
  Words said;
  static constexpr size_t kPerTurn = 4;
  EventLoop loop{kPerTurn};
};

TEST_F(EventLoopTest, RunsEverythingPostedFromManyThreadsOnItsOwn) {
  constexpr int kThreads = 4;
  constexpr int kTasks = 500;
  int ran = 0;
  bool all_here = true;
  const auto here = std::this_thread::get_id();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      for (int task = 0; task < kTasks; ++task)
        loop.post([&] {
          all_here = all_here && std::this_thread::get_id() == here;
          if (++ran == kThreads * kTasks) loop.stop();
        });
    });
  loop.run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ran, kThreads * kTasks);
  EXPECT_TRUE(all_here);
}

TEST_F(EventLoopTest, TimersFireInOrderAndNotEarly) {
  const TimePoint began = loop.timeline().now();
  auto last = loop.timeline().at(began + milliseconds(12), [&] {
    said.push_back("last");
    loop.stop();
  });
  auto first = loop.timeline().at(began + milliseconds(3), say("first"));
  auto second = loop.timeline().at(began + milliseconds(7), say("second"));
  loop.run();
  EXPECT_EQ(said, (Words{"first", "second", "last"}));
  EXPECT_GE(steady_now() - began, milliseconds(12));
}

TEST_F(EventLoopTest, EarlierTimerOvertakesTheOneArmed) {
  auto late = loop.timeline().after(seconds(60), say("late"));
  Timeline::Timer soon;
  loop.post([&] { soon = loop.timeline().after(milliseconds(2), [&] { loop.stop(); }); });
  loop.run();
  EXPECT_TRUE(said.empty());
  EXPECT_LT(steady_now() - loop.timeline().now(), seconds(30));
}

TEST_F(EventLoopTest, TurnEndsWithItsTasksAndWhatIsDue) {
  Timeline::Timer timer;
  Work after_timer(say("task of the timer"));
  Work task([&] {
    said.push_back("task");
    timer = loop.timeline().after(Duration(0), [&] {
      said.push_back("timer");
      loop.turn_queue().add(after_timer);
    });
  });
  {
    const EventLoop::Turn turn(loop);
    loop.turn_queue().add(task);
    const EventLoop::Turn nested(loop);
    EXPECT_TRUE(said.empty());
  }
  EXPECT_EQ(said, (Words{"task", "timer", "task of the timer"}));
}

TEST_F(EventLoopTest, WorkAskedForBeforeItRunsIsDone) {
  Work task([&] {
    said.push_back("task");
    loop.stop();
  });
  loop.turn_queue().add(task);
  loop.run();
  EXPECT_EQ(said, (Words{"task"}));
}

TEST_F(EventLoopTest, StopBeforeRunEndsIt) {
  loop.stop();
  loop.run();
  loop.post([&] {
    said.push_back("second run");
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(said, (Words{"second run"}));
}

TEST_F(EventLoopTest, PostedButNeverRunIsDestroyedWithTheLoop) {
  auto witness = std::make_shared<int>(0);
  {
    EventLoop brief;
    brief.post([witness] { ++*witness; });
  }
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_EQ(*witness, 0);
}

TEST_F(EventLoopTest, StragglersLiveUntilTheyAreDoneOrTheLoopIs) {
  {
    EventLoop brief;
    auto done = std::make_unique<Guest>(say("done"));
    EventLoop::Straggler& straggler = *done;
    brief.keep(std::move(done));
    brief.keep(std::make_unique<Guest>(say("cut")));
    EXPECT_EQ(brief.stragglers(), 2u);
    {
      const EventLoop::Turn turn(brief);
      brief.let_go(straggler);
      EXPECT_TRUE(said.empty());
    }
    EXPECT_EQ(said, (Words{"done"}));
  }
  EXPECT_EQ(said, (Words{"done", "cut"}));
}

TEST_F(EventLoopTest, CountsTheTimeOfItsTurns) {
  loop.post([&] {
    const TimePoint began = steady_now();
    while (steady_now() - began < milliseconds(3)) continue;
    loop.stop();
  });
  loop.run();
  EXPECT_GE(loop.busy(), milliseconds(3));
}

TEST_F(EventLoopTest, CountsItsTurnsByTheirLength) {
  const auto past = [](const EventLoop::TurnCounts& turns, Duration length) {
    uint64_t longer = turns.back();
    for (size_t i = 0; i < EventLoop::kTurnBounds.size(); ++i)
      if (EventLoop::kTurnBounds[i] > length) longer += turns[i];
    return longer;
  };
  EXPECT_EQ(past(loop.turns(), Duration(0)), 0u);
  {
    const EventLoop::Turn turn(loop);
    const EventLoop::Turn inside(loop);
    const TimePoint began = steady_now();
    while (steady_now() - began < milliseconds(3)) continue;
  }
  EXPECT_EQ(past(loop.turns(), Duration(0)), 1u);
  EXPECT_EQ(past(loop.turns(), milliseconds(2)), 1u);
}

// Sockets that all have something to be read when the loop runs.
class ReadySockets {
 public:
  using Told = std::function<void(size_t place)>;

  ReadySockets(EventLoop& loop, size_t count, Told told) : sockets_(count), told_(std::move(told)) {
    for (Socket& socket : sockets_) {
      socket.all = this;
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, socket.fds.data()), 0);
      EXPECT_EQ(::write(socket.fds[1], "x", 1), 1);
      EXPECT_EQ(uv_poll_init(loop.uv(), &socket.poll, socket.fds[0]), 0);
      socket.poll.data = &socket;
      uv_poll_start(&socket.poll, UV_READABLE, [](uv_poll_t* poll, int, int) {
        const EventLoop::SocketTurn turn(EventLoop::of(poll->loop));
        auto& ready = *static_cast<Socket*>(poll->data);
        uv_poll_stop(poll);
        ready.all->told_(static_cast<size_t>(&ready - ready.all->sockets_.data()));
      });
    }
  }
  ~ReadySockets() {
    for (Socket& socket : sockets_) {
      uv_close(reinterpret_cast<uv_handle_t*>(&socket.poll), nullptr);
      uv_run(socket.poll.loop, UV_RUN_NOWAIT);
      for (const int fd : socket.fds) ::close(fd);
    }
  }
  ReadySockets(const ReadySockets&) = delete;
  ReadySockets& operator=(const ReadySockets&) = delete;

 private:
  struct Socket {
    ReadySockets* all = nullptr;
    std::array<int, 2> fds{};
    uv_poll_t poll{};
  };
  std::vector<Socket> sockets_;
  Told told_;
};

TEST_F(EventLoopTest, OneTurnGoesOnOverTheSocketsOfAPoll) {
  Work answer([&] {
    said.push_back("answer");
    loop.stop();
  });
  const ReadySockets sockets(loop, 3, [&](size_t) {
    said.push_back("read");
    loop.turn_queue().add(answer);
  });
  loop.run();
  EXPECT_EQ(said, (Words{"read", "read", "read", "answer"}));
}

TEST_F(EventLoopTest, EverySocketHasATurnOfItsOwnUnlessMoreAreAskedFor) {
  EventLoop exact;
  Work answer([&] { said.push_back("answer"); });
  const ReadySockets sockets(exact, 2, [&](size_t) {
    said.push_back("read");
    exact.turn_queue().add(answer);
    if (said.size() > 1) exact.stop();
  });
  exact.run();
  EXPECT_EQ(said, (Words{"read", "answer", "read", "answer"}));
}

TEST_F(EventLoopTest, MoreSocketsThanATurnGoesOnOverGetAnotherOne) {
  size_t read = 0;
  std::vector<size_t> read_before;
  Work answer([&] {
    read_before.push_back(read);
    if (read == 2 * kPerTurn + 1) loop.stop();
  });
  const ReadySockets sockets(loop, 2 * kPerTurn + 1, [&](size_t) {
    ++read;
    loop.turn_queue().add(answer);
  });
  loop.run();
  EXPECT_EQ(read_before, (std::vector<size_t>{kPerTurn, 2 * kPerTurn, 2 * kPerTurn + 1}));
}

TEST_F(EventLoopTest, ASocketThatSaysMuchEndsTheTurn) {
  Work answer([&] { said.push_back("answer"); });
  const ReadySockets sockets(loop, 3, [&](size_t) {
    said.push_back("read");
    loop.turn_queue().add(answer);
    if (said.size() == 2) loop.answer_sockets_now();
    if (said.size() > 2) loop.stop();
  });
  loop.run();
  EXPECT_EQ(said, (Words{"read", "read", "answer", "read", "answer"}));
}

TEST_F(EventLoopTest, AllAreHeardWhereNoneIsReportedBehindTheTurn) {
  std::vector<bool> all_heard;
  Work answer([&] { all_heard.push_back(loop.all_heard()); });
  size_t read = 0;
  const auto told = [&](size_t) {
    EXPECT_FALSE(loop.all_heard());
    loop.turn_queue().add(answer);
    if (++read == 1) loop.answer_sockets_now();
  };
  {
    const ReadySockets sockets(loop, 1 + kPerTurn + kPerTurn, told);
    uv_run(loop.uv(), UV_RUN_NOWAIT);
    EXPECT_EQ(all_heard, (std::vector<bool>{false, false, true}));
  }
  read = 0;
  all_heard.clear();
  const ReadySockets one_that_says_much(loop, 1, told);
  uv_run(loop.uv(), UV_RUN_NOWAIT);
  EXPECT_EQ(all_heard, (std::vector<bool>{true}));
  EXPECT_FALSE(loop.all_heard());
}

TEST_F(EventLoopTest, TheSocketsOfAPollKnowItsNumber) {
  std::vector<uint32_t> numbers;
  const auto told = [&](size_t) { numbers.push_back(loop.poll_number()); };
  const ReadySockets sockets(loop, kPerTurn + 1, told);
  uv_run(loop.uv(), UV_RUN_NOWAIT);
  const ReadySockets later(loop, 1, told);
  uv_run(loop.uv(), UV_RUN_NOWAIT);
  ASSERT_EQ(numbers.size(), kPerTurn + 2);
  EXPECT_EQ(numbers[kPerTurn], numbers[0]);
  EXPECT_NE(numbers[kPerTurn + 1], numbers[0]);
}

TEST_F(EventLoopTest, WhereMoreAreReadyThanTheSystemReportsAtOnceAllAreHeardButNotUnderOneNumber) {
  constexpr size_t kMany = 2 * EventLoop::kReportedAtOnce + 1;
  std::vector<uint32_t> numbers;
  std::vector<size_t> heard_of_all;
  Work answer([&] {
    if (loop.all_heard()) heard_of_all.push_back(numbers.size());
  });
  const ReadySockets sockets(loop, kMany, [&](size_t) {
    numbers.push_back(loop.poll_number());
    loop.turn_queue().add(answer);
  });
  uv_run(loop.uv(), UV_RUN_NOWAIT);
  EXPECT_EQ(heard_of_all, (std::vector<size_t>{kMany}));
  ASSERT_EQ(numbers.size(), kMany);
  EXPECT_EQ(numbers[EventLoop::kReportedAtOnce - 1], numbers[0]);
  EXPECT_NE(numbers[EventLoop::kReportedAtOnce], numbers[0]);
  EXPECT_NE(numbers[2 * EventLoop::kReportedAtOnce], numbers[EventLoop::kReportedAtOnce]);
}

TEST_F(EventLoopTest, TimeGoesOnFromOneSocketOfATurnToTheNext) {
  std::vector<TimePoint> times;
  const ReadySockets sockets(loop, 2, [&](size_t) {
    times.push_back(loop.timeline().now());
    while (steady_now() - times.back() < milliseconds(2)) continue;
    if (times.size() == 2) loop.stop();
  });
  loop.run();
  ASSERT_EQ(times.size(), 2u);
  EXPECT_GE(times[1] - times[0], milliseconds(2));
}

TEST_F(EventLoopTest, ATurnInsideThatOfTheSocketsKnowsTheTime) {
  std::vector<Duration> behind;
  const ReadySockets sockets(loop, 2, [&](size_t) {
    const TimePoint began = steady_now();
    while (steady_now() - began < milliseconds(2)) continue;
    const EventLoop::Turn inside(loop);
    behind.push_back(loop.timeline().now() - began);
    if (behind.size() == 2) loop.stop();
  });
  loop.run();
  ASSERT_EQ(behind.size(), 2u);
  EXPECT_GE(behind[1], milliseconds(2));
}

TEST(RealClockTest, SeedsDiffer) { EXPECT_NE(random_seed(), random_seed()); }

}  // namespace
}  // namespace weir::loop
