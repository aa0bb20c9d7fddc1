#include "proxy/loop/turn_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir::loop {
namespace {

class Work final : public TurnQueue::Task {
 public:
  explicit Work(std::function<void()> action) : action_(std::move(action)) {}
  void at_turn_end() override { action_(); }

 private:
  std::function<void()> action_;
};

struct Mortal {
  std::function<void()> on_death;
  ~Mortal() { on_death(); }
};

class TurnQueueTest : public ::testing::Test {
 protected:
  std::function<void()> say(const std::string& word) {
    return [this, word] { said.push_back(word); };
  }
  std::unique_ptr<Mortal> mortal(std::function<void()> on_death) {
    return std::unique_ptr<Mortal>(new Mortal{std::move(on_death)});
  }
  using Words = std::vector<std::string>;
  Words said;
  TurnQueue queue;
};

TEST_F(TurnQueueTest, TaskAddedTwiceRunsOnce) {
  Work one(say("one"));
  Work two(say("two"));
  queue.add(one);
  queue.add(two);
  queue.add(one);
  queue.run();
  EXPECT_EQ(said, (Words{"one", "two"}));
  EXPECT_TRUE(queue.empty());
}

TEST_F(TurnQueueTest, TaskMayAddItselfAndOthersWhileItRuns) {
  Work other(say("other"));
  int left = 2;
  Work* itself = nullptr;
  Work again([&] {
    said.push_back("again");
    queue.add(other);
    if (--left > 0) queue.add(*itself);
  });
  itself = &again;
  queue.add(again);
  queue.run();
  EXPECT_EQ(said, (Words{"again", "other", "again", "other"}));
}

TEST_F(TurnQueueTest, DestroyedTaskIsForgotten) {
  auto doomed = std::make_unique<Work>(say("doomed"));
  Work killer([&] { doomed.reset(); });
  queue.add(killer);
  queue.add(*doomed);
  queue.run();
  EXPECT_TRUE(said.empty());
}

TEST_F(TurnQueueTest, TaskMayDestroyItself) {
  std::unique_ptr<Work> suicidal;
  suicidal = std::make_unique<Work>([&] {
    said.push_back("ran");
    suicidal.reset();
  });
  queue.add(*suicidal);
  queue.run();
  EXPECT_EQ(said, (Words{"ran"}));
}

TEST_F(TurnQueueTest, BuriedObjectsDieAfterTheTasks) {
  Work task(say("task"));
  queue.bury(mortal(say("dead")));
  queue.add(task);
  queue.run();
  EXPECT_EQ(said, (Words{"task", "dead"}));
}

TEST_F(TurnQueueTest, TheDeadMayBuryOthersAndAskForWork) {
  Work task(say("task"));
  queue.bury(mortal([&] {
    said.push_back("first");
    queue.bury(mortal(say("second")));
    queue.add(task);
  }));
  queue.run();
  EXPECT_EQ(said, (Words{"first", "task", "second"}));
}

TEST_F(TurnQueueTest, TaskMayOutliveTheQueue) {
  Work task(say("task"));
  {
    TurnQueue brief;
    brief.add(task);
  }
  queue.add(task);
  queue.run();
  EXPECT_EQ(said, (Words{"task"}));
}

}  // namespace
}  // namespace weir::loop
