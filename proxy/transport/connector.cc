#include "proxy/transport/connector.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <utility>

namespace weir::transport {

using loop::Duration;
using loop::TimePoint;

namespace {

// How soon a Unix socket with a full backlog is tried again: the kernel does not say when it has
// room.
constexpr Duration kBacklogRetry = std::chrono::milliseconds(5);

}  // namespace

Connector::Connector(loop::EventLoop& loop, ConnectPlan plan, Done on_done)
    : loop_(loop),
      plan_(std::move(plan)),
      on_done_(std::move(on_done)),
      deadline_(loop.timeline().now() + plan_.timeout) {
  assert(!plan_.targets.empty());
  timer_ = loop_.timeline().after(Duration(0), [this] { attempt(); });
}

void Connector::attempt() {
  const TimePoint now = loop_.timeline().now();
  const auto targets_left = static_cast<Duration::rep>(plan_.targets.size() - current_);
  attempt_deadline_ = now + std::max(Duration(0), deadline_ - now) / targets_left;
  try_connect();
}

void Connector::try_connect() {
  socket_ = PolledSocket(open_stream_socket(target().family()));
  if (socket_.fd() < 0) return settle(errno);
  tune_stream_socket(socket_.fd(), target().family());
  if (::connect(socket_.fd(), target().system(), target().system_size()) == 0) return settle(0);
  if (errno == EINPROGRESS) {
    if (!socket_.watch(loop_, *this)) return settle(errno);
    socket_.arm(UV_WRITABLE);
    timer_ = loop_.timeline().at(attempt_deadline_, [this] {
      // A loop that was held up may not have heard yet that it stands.
      settle(takes_more(socket_.fd()) ? take_socket_error(socket_.fd()) : ETIMEDOUT);
    });
    return;
  }
  if (errno != EAGAIN || !target().is_unix()) return settle(errno);
  const TimePoint again = loop_.timeline().now() + kBacklogRetry;
  if (again >= attempt_deadline_) {
    timer_ = loop_.timeline().at(attempt_deadline_, [this] { settle(ETIMEDOUT); });
  } else {
    timer_ = loop_.timeline().at(again, [this] { try_connect(); });
  }
}

void Connector::on_ready(int) { settle(take_socket_error(socket_.fd())); }

void Connector::settle(int error) {
  timer_.cancel();
  if (error == 0) return done(0);
  socket_.close();
  if (plan_.on_target_failed) plan_.on_target_failed(target());
  if (current_ + 1 == plan_.targets.size()) return done(error);
  ++current_;
  attempt();
}

void Connector::done(int error) {
  // The receiver destroys this connector.
  const Done tell = std::move(on_done_);
  tell(std::move(socket_), error);
}

}  // namespace weir::transport
