#include "proxy/loop/event_loop.h"

#include <gtest/gtest.h>

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
  EventLoop loop;
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

TEST(RealClockTest, SeedsDiffer) { EXPECT_NE(random_seed(), random_seed()); }

}  // namespace
}  // namespace weir::loop
