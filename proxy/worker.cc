#include "proxy/worker.h"

#include <utility>

#include "limiters/make_limiter.h"
#include "proxy/transport/plain_transport.h"

namespace weir {

Worker::Worker(int index, loop::EventLoop& loop, Shared shared, uint64_t seed)
    : loop_(loop),
      shared_(std::move(shared)),
      limiter_(index, shared_.permits, shared_.samples, limiters::make_lanes(shared_.plan.queue),
               shared_.plan.limiter, loop.timeline(), shared_.wake),
      retry_after_(shared_.plan.retry_after, shared_.permits, seed),
      dialer_(loop, shared_.plan.connect_timeout),
      pool_(
          shared_.plan.backend, [this] { return dialer_.dial(); }, loop.timeline(),
          loop.turn_queue(),
          [this](const transport::SocketAddress& address) { pass_over_silent(address); }),
      rejections_(shared_.plan.exchange),
      rooms_{shared_.plan.exchange, rejections_, shared_.plan.classifier, limiter_,
             retry_after_,          pool_,       shared_.ledger,          loop.timeline()} {}

Worker::~Worker() = default;

void Worker::accept(transport::Fd socket, const transport::SocketAddress& peer) {
  client::ClientConnectionOwner& owner = *this;
  auto connection = std::make_unique<client::ClientConnection>(
      transport::PlainTransport::accepted(loop_, std::move(socket)), peer.host_text(),
      shared_.plan.client, rooms_, loop_.turn_queue(), owner);
  connection->place = connections_.size();
  connections_.push_back(std::move(connection));
  client::ClientConnection& accepted = *connections_.back();
  accepted.start();
  if (drain_idle_until_) accepted.drain(*drain_idle_until_);
}

void Worker::set_backend_addresses(const std::vector<transport::SocketAddress>& addresses) {
  dialer_.set_addresses(addresses);
  pool_.keep_only(addresses);
}

void Worker::pass_over_silent(const transport::SocketAddress& address) {
  const auto next = dialer_.pass_over(address);
  if (!next) return;
  std::vector<transport::SocketAddress> others = dialer_.addresses();
  std::erase(others, address);
  pool_.keep_only(others);
  shared_.on_trouble("the backend at " + address.text() +
                     " accepts requests and answers none in time; they go to " + next->text());
}

void Worker::drain(limiters::Duration idle_for, std::function<void()> on_empty) {
  drain_idle_until_ = loop_.timeline().now() + idle_for;
  on_empty_ = std::move(on_empty);
  for (size_t i = 0; i < connections_.size(); ++i) connections_[i]->drain(*drain_idle_until_);
  settle();
}

void Worker::shut_down() {
  for (size_t i = connections_.size(); i > 0; --i) connections_[i - 1]->shut_down();
}

void Worker::on_over(client::ClientConnection& connection) {
  const size_t place = connection.place;
  std::swap(connections_[place], connections_.back());
  connections_[place]->place = place;
  loop_.turn_queue().bury(std::move(connections_.back()));
  connections_.pop_back();
  clients_.fetch_sub(1);
  shared_.on_fewer();
  settle();
}

// A client that the door has counted may still be in this loop's mailbox, so the count is what
// tells that nobody is left.
void Worker::settle() {
  if (!on_empty_ || clients() > 0) return;
  pool_.close_idle();
  // Last bytes may still be on their way to slow readers.
  if (!loop_.stragglers_need_time()) return std::exchange(on_empty_, nullptr)();
  drained_ = loop_.timeline().after(std::chrono::milliseconds(20), [this] { settle(); });
}

}  // namespace weir
