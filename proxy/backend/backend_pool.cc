#include "proxy/backend/backend_pool.h"

#include <algorithm>
#include <utility>

namespace weir::backend {

BackendPool::BackendPool(const BackendParams& params,
                         std::function<std::unique_ptr<transport::Transport>()> dial,
                         limiters::Timeline& timeline, loop::TurnQueue& turn_queue,
                         std::function<void(const transport::SocketAddress&)> on_silent)
    : params_(params),
      dial_(std::move(dial)),
      timeline_(timeline),
      turn_queue_(turn_queue),
      on_silent_(std::move(on_silent)) {}

BackendPool::~BackendPool() {
  for (auto& connection : connections_) connection->close();
}

exchange::BackendStreamPtr BackendPool::open(exchange::ResponseEvents& events,
                                             exchange::Reuse reuse) {
  BackendConnection* const idle = reuse == exchange::Reuse::kAllowed ? idle_one() : nullptr;
  if (idle != nullptr) {
    leave_idle(*idle);
    return idle->carry(events);
  }
  BackendConnectionOwner& owner = *this;
  auto made = std::make_unique<BackendConnection>(dial_(), params_, timeline_, turn_queue_, owner);
  BackendConnection& connection = *made;
  connection.pool_place = connections_.size();
  connection.idle_place = kNotIdle;
  connections_.push_back(std::move(made));
  open_.store(connections_.size(), std::memory_order_relaxed);
  exchange::BackendStreamPtr stream = connection.carry(events);
  connection.start();
  return stream;
}

void BackendPool::close_idle() {
  while (!idle_.empty()) {
    BackendConnection& connection = *idle_.back();
    connection.close();
    on_over(connection);
  }
}

void BackendPool::keep_only(const std::vector<transport::SocketAddress>& addresses) {
  // From the end, because what goes leaves its place to the last.
  for (size_t i = connections_.size(); i > 0; --i) {
    BackendConnection& connection = *connections_[i - 1];
    const auto peer = connection.peer();
    if (peer && std::ranges::find(addresses, *peer) != addresses.end()) continue;
    connection.retire();
    if (connection.idle_place == kNotIdle) continue;
    connection.close();
    on_over(connection);
  }
}

void BackendPool::on_reusable(BackendConnection& connection) {
  if (connection.answered()) unanswered_ = 0;
  if (connection.reused() && connection.answered()) habit_.left_standing();
  const bool lagging = answer_times_.lags(connection.lag, connection.answered_after_seconds());
  if (lagging) lagging_closed_.fetch_add(1, std::memory_order_relaxed);
  if (lagging || idle_.size() >= params_.max_idle_connections) {
    connection.close();
    return on_over(connection);
  }
  connection.idle_place = idle_.size();
  idle_.push_back(&connection);
}

void BackendPool::on_unanswered(BackendConnection& connection) {
  const auto peer = connection.peer();
  if (peer != silent_) unanswered_ = 0;
  silent_ = peer;
  if (++unanswered_ < kSilence || !peer) return;
  unanswered_ = 0;
  on_silent_(*peer);
}

void BackendPool::on_over(BackendConnection& connection) {
  if (connection.answered()) unanswered_ = 0;
  if (connection.idle_place != kNotIdle) leave_idle(connection);
  const size_t place = connection.pool_place;
  std::swap(connections_[place], connections_.back());
  connections_[place]->pool_place = place;
  turn_queue_.bury(std::move(connections_.back()));
  connections_.pop_back();
  open_.store(connections_.size(), std::memory_order_relaxed);
}

// Of those that might just be closed, the one that has been left standing for longest.
BackendConnection* BackendPool::idle_one() const {
  if (idle_.empty()) return nullptr;
  if (!habit_.likely()) return idle_.back();
  return idle_.front()->rested() ? idle_.front() : nullptr;
}

void BackendPool::leave_idle(BackendConnection& connection) {
  const size_t place = connection.idle_place;
  // The order of the others stays: the last used is taken first, so that the surplus ages and goes.
  idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(place));
  for (size_t i = place; i < idle_.size(); ++i) idle_[i]->idle_place = i;
  connection.idle_place = kNotIdle;
}

}  // namespace weir::backend
