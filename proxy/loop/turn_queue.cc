#include "proxy/loop/turn_queue.h"

namespace weir::loop {

TurnQueue::Task::~Task() {
  if (queue_ != nullptr) queue_->tasks_[place_] = nullptr;
}

TurnQueue::~TurnQueue() {
  for (Task* task : tasks_)
    if (task != nullptr) task->queue_ = nullptr;
}

void TurnQueue::add(Task& task) {
  if (task.queue_ != nullptr) return;
  task.queue_ = this;
  task.place_ = tasks_.size();
  tasks_.push_back(&task);
}

void TurnQueue::run() {
  while (!empty()) {
    // By index: tasks add others while they run.
    for (size_t i = 0; i < tasks_.size(); ++i) {
      Task* task = std::exchange(tasks_[i], nullptr);
      if (task == nullptr) continue;
      task->queue_ = nullptr;
      task->at_turn_end();
    }
    tasks_.clear();
    // The dead may bury others.
    std::vector<std::shared_ptr<void>> dead;
    dead.swap(graveyard_);
  }
}

}  // namespace weir::loop
