#pragma once

#include <barrier>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "proxy/door.h"
#include "proxy/transport/inherited_sockets.h"
#include "proxy/worker.h"

// The worker threads, each with its loop and its Worker, and the one door in front of them; it does
// not know the main loop.
namespace weir {

class Fleet {
 public:
  struct Plan {
    const WorkerPlan& worker;
    limiters::PermitPool& permits;
    std::vector<limiters::SamplerShard*> samples;  // one per worker
    std::vector<exchange::Ledger*> ledgers;        // one per worker
    int max_connections;
    std::function<void(const std::string& text)> on_trouble;  // for people; from any loop
  };

  // Starts one thread per worker and returns when all are ready. All that `plan` refers to outlives
  // the fleet.
  explicit Fleet(Plan plan);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;
  // Stops what is still running and waits for the threads.
  ~Fleet();

  // Called from the main thread.
  //
  // False when an address cannot be listened on, or one of `inherited` is none of them; `error`
  // says which and why.
  bool listen(const std::vector<transport::SocketAddress>& addresses,
              transport::InheritedSockets inherited, std::string& error);
  const std::vector<std::string>& listening_on() const { return listening_on_; }
  bool accept_paused() const { return door_->paused(); }
  size_t size() const { return crews_.size(); }
  // Safe to read figures from; everything else about it belongs to its own loop.
  Worker& worker(size_t index) { return *crews_[index]->worker; }
  const Worker& worker(size_t index) const { return *crews_[index]->worker; }
  // Of all workers.
  int clients() const;
  size_t backend_connections() const;
  uint64_t lagging_connections_closed() const;

  // Safe from any thread.
  //
  // Lets the gate serve its waiters.
  void wake(int gate);
  // Runs `task` with each worker on that worker's loop.
  void tell(std::function<void(Worker&)> task);

  // Closes the door, then drains every worker; `on_empty` runs once per worker, on its loop.
  void drain(limiters::Duration idle_for, std::function<void()> on_empty);
  // Cuts what is still open, after drain().
  void shut_down();

 private:
  struct Crew {
    std::thread thread;
    std::unique_ptr<loop::EventLoop> loop;  // made and destroyed on the thread
    std::unique_ptr<Worker> worker;
  };
  void live(size_t index, std::function<void()> on_ready);
  void client_left();

  Plan plan_;
  // Between the steps of the end: while one loop runs or one worker lives, it may wake any other.
  std::barrier<> all_;
  std::vector<std::unique_ptr<Crew>> crews_;
  std::unique_ptr<Door> door_;  // lives on the first worker's loop
  std::vector<std::string> listening_on_;
};

}  // namespace weir
