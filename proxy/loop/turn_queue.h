#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

// What waits for the end of the current turn of a loop: work that several events of one turn ask
// for but that is to be done once, and objects that must not die while their own code is on the
// stack. It knows no loop and no time.
namespace weir::loop {

class TurnQueue {
 public:
  // Destroying it leaves the queue.
  class Task {
   public:
    Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    virtual void at_turn_end() = 0;

   protected:
    virtual ~Task();

   private:
    friend class TurnQueue;
    TurnQueue* queue_ = nullptr;
    size_t place_ = 0;
  };

  TurnQueue() = default;
  TurnQueue(const TurnQueue&) = delete;
  TurnQueue& operator=(const TurnQueue&) = delete;
  ~TurnQueue();

  // Runs `task` once at the end of this turn, however often it is added before.
  void add(Task& task);
  // Destroys `object` at the end of this turn, after the tasks.
  template <typename T>
  void bury(std::unique_ptr<T> object) {
    graveyard_.push_back(std::shared_ptr<void>(std::move(object)));
  }
  bool empty() const { return tasks_.empty() && graveyard_.empty(); }

  // Runs tasks in order, those added meanwhile included, until none is left, and empties the
  // graveyard.
  void run();

 private:
  std::vector<Task*> tasks_;  // null where a task has run or died
  std::vector<std::shared_ptr<void>> graveyard_;
};

}  // namespace weir::loop
