#include "load-tests/load/pool.h"

#include <iterator>
#include <utility>

#include "proxy/transport/plain_transport.h"

namespace weir::load {

Pool::Pool(loop::EventLoop& loop, const transport::SocketAddress& target, size_t most, Turns turns,
           loop::Duration connect_timeout, const RequestText& request, Connection::Owner& owner)
    : loop_(loop),
      target_(target),
      most_(most),
      turns_(turns),
      connect_timeout_(connect_timeout),
      request_(request),
      owner_(owner) {}

Connection* Pool::take() {
  const bool room = connections_.size() < most_;
  if (!idle_.empty() && (turns_ == Turns::kLastFirst || !room)) {
    auto taken = turns_ == Turns::kLastFirst ? std::prev(idle_.end()) : idle_.begin();
    Connection* const free = *taken;
    idle_.erase(taken);
    return free;
  }
  if (!room) return nullptr;
  ++opened_;
  auto made = std::make_unique<Connection>(
      owner_, request_, transport::PlainTransport::connecting(loop_, target_, connect_timeout_));
  Connection* connection = made.get();
  connections_.emplace(connection, std::move(made));
  return connection;
}

void Pool::remove(Connection& connection) {
  std::erase(idle_, &connection);
  auto gone = connections_.extract(&connection);
  loop_.turn_queue().bury(std::move(gone.mapped()));
}

}  // namespace weir::load
