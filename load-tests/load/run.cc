#include "load-tests/load/run.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "proxy/loop/real_clock.h"

namespace weir::load {

namespace {

constexpr Duration kHeartbeat = std::chrono::milliseconds(10);
// At tens of thousands of requests per second a wake for each would be most of the work; it shows
// in the lateness.
constexpr Duration kLeastSleep = std::chrono::microseconds(50);
// Who is late sends many at once; replies read in between free connections for the rest of them.
constexpr int kMostPerTurn = 32;

Duration cpu_used() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

// A closed loop needs no more than it has open, unless it is to be spread over them.
size_t connections_of(const RunParams& params) {
  const bool as_needed = params.closed > 0 && params.turns == Turns::kLastFirst;
  return as_needed ? params.closed : params.connections;
}

}  // namespace

Run::Run(loop::EventLoop& loop, const RunParams& params, const transport::SocketAddress& target,
         std::function<void()> on_over)
    : loop_(loop),
      params_(params),
      on_over_(std::move(on_over)),
      length_(length_of(params.profile)),
      chance_(~params.seed),
      alarm_(loop, [this] { send_due(); }),
      pool_(loop, target, connections_of(params), params.turns, params.timeout, params.request,
            *this) {
  if (params.closed == 0) schedule_ = make_schedule(params.profile, params.arrivals, params.seed);
  // Whether anybody is there; also the first connection to be used.
  pool_.take();
}

// ---- the start ----

void Run::on_opened(Connection& connection) {
  if (result_) return;
  begin();
  if (connection.free()) use_free(connection);
}

void Run::begin() {
  result_.emplace();
  begin_ = loop_.timeline().now();
  cpu_at_begin_ = cpu_used();
  result_->phases.resize(params_.profile.size());
  heartbeat();
  send_due();
}

// ---- requests become due ----

std::optional<Duration> Run::next_due() const {
  std::optional<Duration> due;
  if (next_scheduled_ < schedule_.size()) due = schedule_[next_scheduled_];
  if (!retries_.empty() && (!due || retries_.top().due < *due)) due = retries_.top().due;
  return due;
}

void Run::send_due() {
  if (!result_ || over_) return;
  time_out();
  const Duration now = elapsed();
  int sent = 0;
  for (auto due = next_due(); due && *due <= now && sent < kMostPerTurn; due = next_due(), ++sent) {
    if (!retries_.empty() && retries_.top().due == *due) {
      const Retry retry = retries_.top();
      retries_.pop();
      make_request(*due, retry.first_due, retry.attempts);
    } else {
      ++next_scheduled_;
      make_request(*due, *due, 1);
    }
  }
  if (const auto due = next_due())
    alarm_.ring_by(begin_ + (*due <= now ? now : std::max(*due, now + kLeastSleep)));
  if (!requests_.empty())
    alarm_.ring_by(begin_ + std::max(requests_.front().due + params_.timeout, now + kLeastSleep));
}

// Also after failures, which have left fewer open: not at once, or a target that refuses would be
// tried without a pause.
void Run::fill_closed() {
  const size_t wanted = wanted_open();
  while (open_ < wanted && !scheduled_all()) {
    const Duration now = elapsed();
    make_request(now, now, 1);
  }
}

// At least one, which keeps the loop going.
size_t Run::wanted_open() const {
  const Duration since = elapsed();
  if (since >= params_.ramp) return params_.closed;
  const double share = limiters::to_seconds(since) / limiters::to_seconds(params_.ramp);
  return std::max<size_t>(1, static_cast<size_t>(share * static_cast<double>(params_.closed)));
}

void Run::make_request(Duration due, Duration first_due, int attempts) {
  // The real time, because many may be due in one turn.
  result_->slip.record(loop::steady_now() - begin_ - due);
  result_->series.due(due);
  if (Tally* tally = tally_of(due)) {
    ++tally->due;
    if (attempts > 1) ++tally->retries;
  }
  const Ticket ticket = first_ticket_ + requests_.size();
  requests_.push_back({.due = due, .first_due = first_due, .attempts = attempts});
  if (params_.logs_requests) result_->requests.push_back({.first_due = first_due, .due = due});
  ++open_;
  Connection* connection = pool_.take();
  if (connection == nullptr) {
    ++result_->waited;
    waiting_.push_back(ticket);
    return;
  }
  requests_.back().carrier = connection;
  connection->send(ticket);
}

// Null while warming up.
Tally* Run::tally_of(Duration due) {
  return due < params_.warmup ? nullptr : &result_->phases[phase_at(params_.profile, due)];
}

// ---- and come to their end ----

void Run::on_reply(Connection& connection, Ticket ticket, const Reply& reply) {
  const Outcome outcome = judge(reply);
  const Request& ended = request(ticket);
  if (reply.retry_after_seconds)
    if (Tally* tally = tally_of(ended.due)) tally->retry_after.record(*reply.retry_after_seconds);
  if (outcome == Outcome::kShed) retry_later(ended, reply);
  finish(ticket, outcome);
  if (connection.free()) return use_free(connection);
  ended_as_agreed_ = true;
}

Outcome Run::judge(const Reply& reply) {
  const Outcome outcome = outcome_of(reply.status);
  const bool as_expected = !params_.expected_bytes || reply.body_bytes == *params_.expected_bytes;
  if (outcome != Outcome::kOk || as_expected) return outcome;
  if (result_->first_error.empty())
    result_->first_error =
        fmt::format("a body of {} bytes, expected {}", reply.body_bytes, *params_.expected_bytes);
  return Outcome::kFailed;
}

void Run::on_failed(Ticket ticket, Failure why, const std::string& text) {
  if (result_->first_error.empty())
    result_->first_error = (why == Failure::kConnect ? "connecting: " : "") + text;
  finish(ticket, Outcome::kError);
}

void Run::on_gone(Connection& connection) {
  if (!result_ && !over_) {
    unreachable_ = connection.error_text();
    over_ = true;
    on_over_();
  }
  pool_.remove(connection);
  const bool as_agreed = std::exchange(ended_as_agreed_, false);
  if (over_) return;
  // A place for a new one.
  if (!waiting_.empty()) {
    if (Connection* next = pool_.take()) use_free(*next);
  }
  if (params_.closed > 0 && as_agreed) fill_closed();
}

void Run::use_free(Connection& connection) {
  while (!waiting_.empty()) {
    const Ticket ticket = waiting_.front();
    waiting_.pop_front();
    // It may have timed out here.
    if (ticket < first_ticket_ || !request(ticket).open) continue;
    request(ticket).carrier = &connection;
    return connection.send(ticket);
  }
  pool_.give_back(connection);
  if (params_.closed > 0 && !over_) fill_closed();
}

Duration Run::pause_before_retry(int attempts, const Reply& reply) {
  if (params_.retries == RetryPolicy::kAtOnce) return {};
  if (params_.retries == RetryPolicy::kRetryAfter)
    return std::chrono::seconds(reply.retry_after_seconds.value_or(1));
  const double times = (0.5 + chance_.uniform()) * std::ldexp(1.0, attempts);
  return Duration(std::llround(times * 100e6));
}

void Run::retry_later(const Request& request, const Reply& reply) {
  if (params_.retries == RetryPolicy::kNever || request.attempts >= params_.most_attempts) return;
  const Duration due = elapsed() + pause_before_retry(request.attempts, reply);
  if (due >= length_) return;
  retries_.push({due, request.first_due, request.attempts + 1});
  alarm_.ring_by(begin_ + due);
}

void Run::finish(Ticket ticket, Outcome outcome) {
  Request& ended = request(ticket);
  ended.open = false;
  ended.carrier = nullptr;
  --open_;
  const Duration latency = elapsed() - ended.first_due;
  if (params_.logs_requests) {
    LoggedRequest& logged = result_->requests[ticket];
    logged.ended = elapsed();
    logged.outcome = outcome;
  }
  if (Tally* tally = tally_of(ended.due)) tally->record(outcome, latency, params_.objective);
  result_->series.ended(elapsed(), outcome, latency, params_.objective, open_);
  while (!requests_.empty() && !requests_.front().open) {
    requests_.pop_front();
    ++first_ticket_;
  }
}

void Run::heartbeat() {
  heartbeat_ = loop_.timeline().after(kHeartbeat, [this] { heartbeat(); });
  time_out();
  if (params_.closed > 0) fill_closed();
  check_over();
}

void Run::time_out() {
  const Duration latest = elapsed() - params_.timeout;
  while (!requests_.empty() && requests_.front().due <= latest) {
    Connection* carrier = requests_.front().carrier;
    finish(first_ticket_, Outcome::kTimeout);
    if (carrier != nullptr) carrier->abandon();
  }
}

// ---- the end ----

// The rates are over the time that counted: not warming up, and not after an interruption.
void Run::measure_phases() {
  Duration from{};
  for (size_t i = 0; i < params_.profile.size(); ++i) {
    const Duration end = from + params_.profile[i].length;
    const Duration counted = std::min(end, elapsed()) - std::max(from, params_.warmup);
    result_->phases[i].length = std::max(Duration(0), counted);
    from = end;
  }
}

bool Run::scheduled_all() const {
  if (interrupted_) return true;
  if (params_.closed > 0) return elapsed() >= length_;
  return next_scheduled_ == schedule_.size() && retries_.empty() && elapsed() >= length_;
}

void Run::check_over() {
  const bool waits = !interrupted_ && params_.at_end == AtEnd::kWait;
  if (over_ || !scheduled_all() || (open_ > 0 && waits)) return;
  over_ = true;
  heartbeat_.cancel();
  measure_phases();
  result_->cpu = cpu_used() - cpu_at_begin_;
  result_->connections_opened = pool_.opened();
  result_->interrupted = interrupted_;
  on_over_();
}

void Run::interrupt() {
  interrupted_ = true;
  if (result_) return check_over();
  unreachable_ = "interrupted";
  over_ = true;
  on_over_();
}

Progress Run::progress() {
  if (!result_) return {};
  const Duration since = elapsed();
  const double rate = params_.profile[phase_at(params_.profile, since)].rate;
  return {.since_start = since,
          .rate = rate,
          .open = open_,
          .last_second = result_->series.last_second()};
}

}  // namespace weir::load
