#include "proxy/transport/plain_transport.h"

#include <poll.h>

#include <cassert>
#include <cerrno>
#include <utility>

#include "proxy/transport/lingering_socket.h"

namespace weir::transport {

namespace {

// Of no more, what all sockets of a turn have said still lies in the second cache when it is sent.
constexpr size_t kMuchBytes = 8 * 1024;

CloseReason reason_of(int error) {
  switch (error) {
    case ECONNRESET:
    case EPIPE:
      return CloseReason::kReset;
    case ECONNREFUSED:
      return CloseReason::kRefused;
    case ETIMEDOUT:
      return CloseReason::kTimedOut;
    case ENOENT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return CloseReason::kUnreachable;
    default:
      return CloseReason::kFailed;
  }
}

// Both directions are closed by the peer, which only a Unix socket can tell.
bool hung_up(int fd) {
  pollfd one{fd, 0, 0};
  return ::poll(&one, 1, 0) == 1 && (one.revents & POLLHUP) != 0;
}

}  // namespace

std::unique_ptr<PlainTransport> PlainTransport::accepted(loop::EventLoop& loop, Fd socket) {
  std::unique_ptr<PlainTransport> made(new PlainTransport(loop));
  made->socket_ = PolledSocket(std::move(socket));
  return made;
}

std::unique_ptr<PlainTransport> PlainTransport::connecting(loop::EventLoop& loop,
                                                           ConnectPlan plan) {
  assert(!plan.targets.empty());
  std::unique_ptr<PlainTransport> made(new PlainTransport(loop));
  made->rare_ = std::make_unique<Rare>();
  made->rare_->plan = std::move(plan);
  return made;
}

std::unique_ptr<PlainTransport> PlainTransport::connecting(loop::EventLoop& loop,
                                                           const SocketAddress& target,
                                                           loop::Duration connect_timeout) {
  return connecting(loop,
                    {.targets = {target}, .timeout = connect_timeout, .on_target_failed = nullptr});
}

std::unique_ptr<PlainTransport> PlainTransport::unresolved(loop::EventLoop& loop,
                                                           std::string error_text) {
  std::unique_ptr<PlainTransport> made(new PlainTransport(loop));
  made->why_closed_ = CloseReason::kUnresolved;
  made->rare_ = std::make_unique<Rare>();
  made->rare_->error_text = std::move(error_text);
  return made;
}

PlainTransport::~PlainTransport() = default;

// ---- opening ----

void PlainTransport::start(TransportEvents& events) {
  assert(state_ == State::kNew);
  events_ = &events;
  if (rare_ != nullptr && rare_->plan.targets.empty()) {
    state_ = State::kFailed;
    return loop_.turn_queue().add(*this);
  }
  if (rare_ != nullptr) return connect();
  if (!socket_.watch(loop_, *this)) return fail(errno);
  state_ = State::kOpening;
  loop_.turn_queue().add(*this);
}

void PlainTransport::connect() {
  state_ = State::kConnecting;
  rare_->connector = std::make_unique<Connector>(
      loop_, std::move(rare_->plan),
      [this](PolledSocket socket, int error) { connected(std::move(socket), error); });
}

void PlainTransport::connected(PolledSocket socket, int error) {
  rare_.reset();
  if (error != 0) return fail(error);
  socket_ = std::move(socket);
  if (!socket_.watch(loop_, *this)) return fail(errno);
  open();
}

void PlainTransport::open() {
  state_ = State::kOpen;
  flush();
  if (state_ == State::kOpen) arm();
  // on_open invites more by itself.
  if (unsent_.size() <= kLowWaterBytes) above_high_water_ = false;
  events_->on_open();
}

void PlainTransport::at_turn_end() {
  if (state_ == State::kOpening) return open();
  if (state_ == State::kFailed) tell_failure();
}

// ---- from the socket: each readiness is one event of ours, told last, because the owner may
// destroy the transport inside; what else is ready is reported again in the next turn ----

void PlainTransport::on_ready(int what) {
  if ((what & UV_DISCONNECT) != 0) end_reported_ = true;
  if ((what & UV_WRITABLE) != 0) {
    flush();
    if (state_ == State::kFailed) return tell_failure();
    if (unsent_.empty() || (above_high_water_ && unsent_.size() <= kLowWaterBytes)) {
      above_high_water_ = false;
      return events_->on_drained();
    }
  }
  if ((what & UV_READABLE) != 0 && reading_) return read();
  noticed_hangup(what);
}

void PlainTransport::on_socket_error() {
  end_reported_ = true;
  // What came before the error can still be read, and the read after it tells the error.
  if (reading_ && !ended_) return read();
  const int error = take_socket_error(socket_.fd());
  lost(error != 0 ? error : ECONNRESET);
}

bool PlainTransport::has_arrived() const {
  std::byte first;
  return ::recv(socket_.fd(), &first, 1, MSG_DONTWAIT | MSG_PEEK) >= 0 || errno != EAGAIN;
}

// Whoever was read of what was reported at once had his end reported with it, if there was one.
bool PlainTransport::owes_news() const {
  if (end_reported_) return true;
  return !loop_.all_heard() && read_in_ != loop_.poll_number() && has_arrived();
}

std::optional<SocketAddress> PlainTransport::peer() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (::getpeername(socket_.fd(), address, &size) != 0) return std::nullopt;
  return SocketAddress::from_system(address, size);
}

void PlainTransport::read() {
  read_in_ = loop_.poll_number();
  const auto scratch = loop_.scratch();
  const ssize_t read = ::recv(socket_.fd(), scratch.data(), scratch.size(), MSG_DONTWAIT);
  if (read > 0) {
    if (static_cast<size_t>(read) > kMuchBytes) loop_.answer_sockets_now();
    arm();
    return events_->on_bytes(scratch.first(static_cast<size_t>(read)));
  }
  if (read < 0) {
    if (errno != EAGAIN && errno != EINTR) return lost(errno);
    return arm();
  }
  ended_ = true;
  if (write_broken_) {
    fail(EPIPE);
  } else {
    arm();
  }
  events_->on_end();
}

// Only what the present interest can bring: after each kind of hang-up a quieter one is armed, or
// the level-triggered loop would report it without end.
void PlainTransport::noticed_hangup(int what) {
  const bool end_is_new = (what & UV_DISCONNECT) != 0 && !half_close_seen_;
  if (end_is_new) half_close_seen_ = true;
  if ((what & UV_PRIORITIZED) != 0) {
    if (ended_ && hung_up(socket_.fd())) return lost(ECONNRESET);
    hangup_seen_ = true;
  }
  arm();
  if (end_is_new) events_->on_end_ahead();
}

int PlainTransport::interest() const {
  const int writing = unsent_.empty() ? 0 : UV_WRITABLE;
  if (reading_ && !ended_) return writing | UV_READABLE | UV_DISCONNECT;
  if (!ended_ && !half_close_seen_) return writing | UV_DISCONNECT;
  // Nobody sends urgent bytes; this stands for errors alone, which are reported with any interest.
  return hangup_seen_ ? writing : writing | UV_PRIORITIZED;
}

// ---- from the owner ----

// Pausing arms nothing: mostly reading resumes before the next bytes come, and if they come first,
// that is noticed then.
void PlainTransport::resume_reading() {
  reading_ = true;
  if (ended_) return;
  half_close_seen_ = hangup_seen_ = false;
  if (state_ == State::kOpen && (socket_.armed() & UV_READABLE) == 0) arm();
}

void PlainTransport::send(Buffer bytes) {
  if (write_broken_ || state_ == State::kFailed || state_ == State::kClosed) return;
  const bool idle = unsent_.empty();
  unsent_.append(std::move(bytes));
  if (idle && state_ == State::kOpen) flush();
  if (unsent_.size() >= kHighWaterBytes) above_high_water_ = true;
}

void PlainTransport::close(CloseHow how) {
  const bool open = state_ == State::kOpen || state_ == State::kOpening;
  state_ = State::kClosed;
  if (rare_ != nullptr) rare_->connector.reset();
  Buffer unsent = std::move(unsent_);
  if (how == CloseHow::kFlush && open && !write_broken_)
    return LingeringSocket::keep(
        loop_, std::move(socket_), std::move(unsent),
        ended_ ? LingeringSocket::PeerEnd::kSeen : LingeringSocket::PeerEnd::kUnseen);
  if (how == CloseHow::kReset && open) reset_when_closed(socket_.fd());
  socket_.close();
}

const std::string& PlainTransport::error_text() const {
  static const std::string none;
  return rare_ != nullptr ? rare_->error_text : none;
}

// ---- writing ----

void PlainTransport::flush() {
  if (const int error = write_front(socket_.fd(), unsent_); error != 0) return write_failed(error);
  if (unsent_.empty() == ((socket_.armed() & UV_WRITABLE) != 0)) arm();
}

// A service that answers early and closes has said something that is still to be read.
void PlainTransport::write_failed(int error) {
  if (!reading_ || ended_) return fail(error);
  write_broken_ = true;
  unsent_.clear();
  arm();
}

// ---- the end ----

// Found out by the loop and not from inside a call of the owner's, so that it is told before
// anybody writes at the end of this turn.
void PlainTransport::lost(int error) {
  fail(error);
  tell_failure();
}

void PlainTransport::tell_failure() {
  state_ = State::kClosed;
  events_->on_closed(why_closed_);
}

void PlainTransport::fail(int error) { fail(reason_of(error), error_word(error)); }

void PlainTransport::fail(CloseReason why, std::string text) {
  state_ = State::kFailed;
  why_closed_ = why;
  rare_ = std::make_unique<Rare>();
  rare_->error_text = std::move(text);
  socket_.close();
  unsent_.clear();
  loop_.turn_queue().add(*this);
}

}  // namespace weir::transport
