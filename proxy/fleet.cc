#include "proxy/fleet.h"

#include <future>
#include <utility>

#include "proxy/loop/real_clock.h"

namespace weir {
namespace {

// At 16 a request costs 4 to 8 % less than at 1, and no less at 64; the first one read waits
// for the others, some 0.1 ms when all of them are busy.
constexpr int kSocketsPerTurn = 16;

}  // namespace

Fleet::Fleet(Plan plan)
    : plan_(std::move(plan)), all_(static_cast<std::ptrdiff_t>(plan_.samples.size())) {
  std::vector<std::promise<void>> ready(plan_.samples.size());
  for (size_t i = 0; i < ready.size(); ++i) crews_.push_back(std::make_unique<Crew>());
  for (size_t i = 0; i < ready.size(); ++i)
    crews_[i]->thread = std::thread([this, i, &ready] { live(i, [&] { ready[i].set_value(); }); });
  for (std::promise<void>& one : ready) one.get_future().wait();

  std::vector<Worker*> workers;
  for (const auto& crew : crews_) workers.push_back(crew->worker.get());
  door_ = std::make_unique<Door>(std::move(workers), plan_.max_connections, plan_.on_trouble);
}

Fleet::~Fleet() {
  // The door's listeners belong to the first loop.
  std::promise<void> closed;
  crews_.front()->loop->post([&] {
    door_->close();
    closed.set_value();
  });
  closed.get_future().wait();
  for (const auto& crew : crews_) crew->loop->stop();
  for (const auto& crew : crews_) crew->thread.join();
}

// A thread's whole life.
void Fleet::live(size_t index, std::function<void()> on_ready) {
  Crew& crew = *crews_[index];
  crew.loop = std::make_unique<loop::EventLoop>(kSocketsPerTurn);
  crew.worker = std::make_unique<Worker>(static_cast<int>(index), *crew.loop,
                                         Worker::Shared{.plan = plan_.worker,
                                                        .permits = plan_.permits,
                                                        .samples = *plan_.samples[index],
                                                        .ledger = *plan_.ledgers[index],
                                                        .wake = [this](int gate) { wake(gate); },
                                                        .on_fewer = [this] { client_left(); },
                                                        .on_trouble = plan_.on_trouble},
                                         loop::random_seed());
  on_ready();
  crew.loop->run();
  all_.arrive_and_wait();
  {
    const loop::EventLoop::Turn turn(*crew.loop);
    crew.worker.reset();
  }
  all_.arrive_and_wait();
  crew.loop.reset();
}

bool Fleet::listen(const std::vector<transport::SocketAddress>& addresses,
                   transport::InheritedSockets inherited, std::string& error) {
  std::promise<bool> done;
  crews_.front()->loop->post([&] {
    bool open = true;
    for (const transport::SocketAddress& address : addresses)
      open = open && door_->listen(address, inherited.take(address), error);
    if (open) error = inherited.complaint();
    listening_on_ = door_->addresses();
    done.set_value(open && error.empty());
  });
  return done.get_future().get();
}

int Fleet::clients() const {
  int sum = 0;
  for (const auto& crew : crews_) sum += crew->worker->clients();
  return sum;
}

size_t Fleet::backend_connections() const {
  size_t sum = 0;
  for (const auto& crew : crews_) sum += crew->worker->backend_connections();
  return sum;
}

uint64_t Fleet::lagging_connections_closed() const {
  uint64_t sum = 0;
  for (const auto& crew : crews_) sum += crew->worker->lagging_connections_closed();
  return sum;
}

void Fleet::wake(int gate) {
  Crew& crew = *crews_[static_cast<size_t>(gate)];
  crew.loop->post([&crew] { crew.worker->serve_waiters(); });
}

void Fleet::tell(std::function<void(Worker&)> task) {
  for (const auto& crew : crews_)
    crew->loop->post([worker = crew->worker.get(), task] { task(*worker); });
}

void Fleet::client_left() {
  if (door_ && door_->paused()) crews_.front()->loop->post([this] { door_->look(); });
}

void Fleet::drain(limiters::Duration idle_for, std::function<void()> on_empty) {
  // In this order, so that each worker has in its mailbox who was let in last before it drains.
  crews_.front()->loop->post([this, idle_for, on_empty = std::move(on_empty)] {
    door_->close();
    tell([idle_for, on_empty](Worker& worker) { worker.drain(idle_for, on_empty); });
  });
}

void Fleet::shut_down() {
  // By the way of drain(), so that no worker is told before it drains.
  crews_.front()->loop->post([this] { tell([](Worker& worker) { worker.shut_down(); }); });
}

}  // namespace weir
