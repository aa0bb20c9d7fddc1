#include "proxy/door.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "proxy/worker.h"

namespace weir {

Door::Door(std::vector<Worker*> workers, int max_connections,
           std::function<void(const std::string& text)> on_troubled)
    : workers_(std::move(workers)),
      max_connections_(max_connections),
      on_troubled_(std::move(on_troubled)) {}

bool Door::listen(const transport::SocketAddress& address, transport::Fd inherited,
                  std::string& error) {
  loop::EventLoop& loop = workers_.front()->loop();
  const auto accepted = [this](transport::Fd socket, const transport::SocketAddress& peer) {
    admit(std::move(socket), peer);
  };
  auto listener =
      inherited
          ? transport::Listener::adopt(loop, std::move(inherited), accepted, on_troubled_, error)
          : transport::Listener::open(loop, address, accepted, on_troubled_, error);
  if (!listener) return false;
  listeners_.push_back(std::move(listener));
  return true;
}

std::vector<std::string> Door::addresses() const {
  std::vector<std::string> texts;
  for (const auto& listener : listeners_) texts.push_back(listener->local_address().text());
  return texts;
}

void Door::admit(transport::Fd socket, const transport::SocketAddress& peer) {
  Worker& worker = **std::ranges::min_element(workers_, {}, &Worker::clients);
  worker.expect_client();
  if (&worker == workers_.front()) {
    worker.accept(std::move(socket), peer);
  } else {
    // std::function wants copies, a descriptor has one owner.
    auto shared = std::make_shared<transport::Fd>(std::move(socket));
    worker.loop().post([&worker, shared, peer] { worker.accept(std::move(*shared), peer); });
  }
  if (open_connections() < max_connections_) return;
  paused_.store(true);
  for (const auto& listener : listeners_) listener->pause();
  look();
}

void Door::look() {
  if (!paused_.load() || open_connections() >= max_connections_) return;
  paused_.store(false);
  for (const auto& listener : listeners_) listener->resume();
}

void Door::close() {
  for (const auto& listener : listeners_) listener->accept_waiting();
  listeners_.clear();
}

int Door::open_connections() const {
  return std::transform_reduce(workers_.begin(), workers_.end(), 0, std::plus<>(),
                               [](const Worker* worker) { return worker->clients(); });
}

}  // namespace weir
