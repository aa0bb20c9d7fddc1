#include "proxy/exchange/exchange.h"

#include <array>
#include <cassert>
#include <chrono>
#include <utility>

namespace weir::exchange {
namespace {

// From each stage, the stages that may follow.
constexpr auto kMoves = [] {
  std::array<std::array<bool, 5>, 5> moves{};
  const auto allow = [&](Stage from, Stage to) {
    moves[static_cast<size_t>(from)][static_cast<size_t>(to)] = true;
  };
  allow(Stage::kArrived, Stage::kWaiting);
  allow(Stage::kArrived, Stage::kConnecting);
  allow(Stage::kWaiting, Stage::kConnecting);
  allow(Stage::kConnecting, Stage::kForwarding);
  allow(Stage::kForwarding, Stage::kConnecting);  // once, when a pooled connection had died
  for (const Stage from :
       {Stage::kArrived, Stage::kWaiting, Stage::kConnecting, Stage::kForwarding})
    allow(from, Stage::kEnded);
  return moves;
}();

constexpr limiters::Duration kMostBefore100 = std::chrono::milliseconds(100);

std::string_view version_word(http::Version version) {
  return version == http::Version::kHttp10  ? "h1.0"
         : version == http::Version::kHttp2 ? "h2"
                                            : "h1.1";
}

}  // namespace

Exchange::Exchange(ClientStream& client, http::RequestHead&& head, http::End end, Rooms& rooms)
    : client_(client),
      rooms_(rooms),
      head_(std::move(head)),
      request_complete_(end == http::End::kYes),
      arrived_(rooms.timeline.now()) {}

Exchange::~Exchange() = default;

void Exchange::move_to(Stage next) {
  assert(kMoves[static_cast<size_t>(stage_)][static_cast<size_t>(next)]);
  stage_ = next;
}

// ---- arrived ----

void Exchange::start() {
  look_around();
  if (head_.method == "CONNECT") return end(Ending::kMethodRefused);
  if (rooms_.params.max_body_bytes && head_.body.kind == http::BodyLength::Kind::kKnown &&
      head_.body.bytes > *rooms_.params.max_body_bytes)
    return end(Ending::kBodyTooLarge);
  exempt_ = rooms_.classifier.exempt(head_);
  if (exempt_) return open_backend(Reuse::kAllowed);
  gathers_ = !here();
  if (!gathers_) ask();
}

// What the log says of the limit.
void Exchange::look_around() {
  const limiters::LimiterStats stats = rooms_.limiter.stats();
  limit_at_arrival_ = stats.limit;
  in_flight_at_arrival_ = stats.in_flight;
  waiting_at_arrival_ = stats.waiting;
}

// A client that is slow to send takes no place of those who have sent all. What is long, or has no
// length, may be answered as it comes; who expects a 100 sends nothing before. But where a body
// means nothing the service may have begun with its work when it has the head.
bool Exchange::here() const {
  if (request_complete_ || head_.expects_continue) return true;
  if (held_body_.size() >= http::kMostOwedBytes) return true;
  if (!http::content_matters(head_.method)) return false;
  return head_.body.kind != http::BodyLength::Kind::kKnown ||
         head_.body.bytes > http::kMostOwedBytes;
}

void Exchange::ask() {
  if (std::exchange(gathers_, false)) look_around();
  partition_name_ = rooms_.classifier.partition_of(head_, client_.peer_address());
  arrival_ = rooms_.classifier.classify(head_, partition_name_);
  if (partition_name_) rooms_.ledger.asked(arrival_->partition, *partition_name_);
  limiters::Admission admission = rooms_.limiter.admit(*arrival_, *this);
  if (auto* permit = std::get_if<limiters::Permit>(&admission)) {
    rejection_ = permit->spared();
    granted(std::move(*permit));
  } else if (auto* rejection = std::get_if<limiters::Rejection>(&admission)) {
    rejection_ = *rejection;
    end(Ending::kRejected);
  } else {
    waiting_since_ = rooms_.timeline.now();
    move_to(Stage::kWaiting);
  }
}

// ---- waiting ----

void Exchange::on_permit(limiters::Permit permit) {
  if (!std::exchange(returning_, false)) return granted(std::move(permit));
  take(std::move(permit));
  send_held();
}

void Exchange::on_rejected(limiters::Rejection why) {
  rejection_ = why;
  end(Ending::kRejected);
}

// ---- connecting ----

void Exchange::granted(limiters::Permit permit) {
  take(std::move(permit));
  if (!head_.upgrade.empty()) permit_->leave_unsampled();
  if (!request_complete_) permit_->request_incomplete();
  const bool waited_for = http::content_matters(head_.method) || head_.expects_continue;
  if (!request_complete_ && head_.upgrade.empty() && waited_for)
    upload_ =
        std::make_unique<Upload>(rooms_.timeline, [this] { return permit_->step_aside_for_now(); });
  open_backend(Reuse::kAllowed);
}

void Exchange::take(limiters::Permit permit) {
  permit_ = std::move(permit);
  granted_ = rooms_.timeline.now();
  if (waiting_since_)
    waited_ = waited_.value_or(limiters::Duration(0)) + (*granted_ - *waiting_since_);
  waiting_since_.reset();
}

void Exchange::open_backend(Reuse reuse) {
  move_to(Stage::kConnecting);
  if (!forwarded_rules_applied_) {
    http::apply_request_rules(head_, rooms_.params.forwarding,
                              {client_.peer_address(), client_.scheme()});
    forwarded_rules_applied_ = true;
  }
  opening_ = rooms_.timeline.now();
  backend_ = rooms_.backends.open(*this, reuse);
  const bool whole = request_complete_ && !returning_ && held_body_.empty() && !held_trailers_;
  backend_->send_request(head_, whole ? http::End::kYes : http::End::kNo);
  if (!whole && !returning_) send_held();
  if (backend_->reused()) on_backend_open();
}

// What there is of the request beyond its head.
void Exchange::send_held() {
  const bool last = request_complete_ && !held_trailers_;
  if (!held_body_.empty() || last) {
    if (upload_) upload_->given(held_body_.size());
    backend_->send_body(std::move(held_body_), last ? http::End::kYes : http::End::kNo);
    body_given_ = true;
  }
  if (held_trailers_) {
    backend_->send_trailers(*held_trailers_);
    body_given_ = true;
  }
  if (request_complete_) upload_.reset();
}

void Exchange::on_backend_open() {
  if (!backend_->reused()) opened_ = rooms_.timeline.now();
  move_to(Stage::kForwarding);
  if (!upload_) return;
  // Who expects a 100 waits for the service, but not for one that never says it.
  head_.expects_continue ? upload_->begin_within(kMostBefore100) : upload_->begin();
}

// ---- forwarding: the request ----

void Exchange::on_request_body(std::span<const std::byte> bytes, http::End end_of_body) {
  if (stage_ == Stage::kEnded) return;
  request_bytes_ += bytes.size();
  if (!upgraded_ && rooms_.params.max_body_bytes && request_bytes_ > *rooms_.params.max_body_bytes)
    return end(Ending::kBodyTooLarge);
  if (end_of_body == http::End::kYes) request_complete_ = true;
  if (!backend_) {
    held_body_.append(bytes);
    if (gathers_ && here()) ask();
    return;
  }
  if (returning_ || comes_back()) {
    held_body_.append(bytes);
    return returning_ ? void() : come_back();
  }
  body_given_ = true;
  if (upload_) upload_->given(bytes.size());
  backend_->send_body(Buffer(bytes), end_of_body);
  if (request_complete_) given_whole();
  // A tunnel has no half-close: what one side has ended is over for both, and its permit is free.
  if (upgraded_ && end_of_body == http::End::kYes) end(Ending::kUpgraded);
}

void Exchange::on_request_trailers(const http::Headers& trailers) {
  if (stage_ == Stage::kEnded) return;
  request_complete_ = true;
  if (!backend_ || returning_ || comes_back()) {
    held_trailers_ = trailers.copy();
    return !backend_ || returning_ ? void() : come_back();
  }
  body_given_ = true;
  backend_->send_trailers(trailers);
  given_whole();
}

// From here on it is the service's time.
void Exchange::given_whole() {
  upload_.reset();
  if (permit_) permit_->request_complete();
}

// What has stepped aside because its client is slow needs a place again when the service gets the
// last of it, and begins with its work.
bool Exchange::comes_back() const {
  if (!permit_ || !permit_->aside() || response_begun_) return false;
  return request_complete_ ||
         (head_.body.kind == http::BodyLength::Kind::kKnown && request_bytes_ >= head_.body.bytes);
}

void Exchange::come_back() {
  returning_ = true;
  permit_ = rooms_.limiter.readmit(*std::exchange(permit_, std::nullopt), *arrival_, *this);
  if (permit_) return on_permit(*std::exchange(permit_, std::nullopt));
  waiting_since_ = rooms_.timeline.now();
}

void Exchange::on_request_sent(size_t body_bytes) {
  if (upload_) upload_->taken(body_bytes);
  client_.consumed(body_bytes);
}

// ---- forwarding: the response ----

void Exchange::on_informational(http::ResponseHead&& head) {
  if (upload_ && head.status == 100) upload_->begin();
  http::apply_response_rules(head, rooms_.params.forwarding);
  client_.send_head(head, http::End::kNo);
}

void Exchange::on_response_head(http::ResponseHead&& head, http::End end_of_response) {
  responded_ = rooms_.timeline.now();
  status_ = head.status;
  if (permit_) permit_->responded(outcome_of(Ending::kServed));
  answered_early();
  upgraded_ = head.status == 101;
  // A tunnel may stand for days and says nothing about how busy the service is.
  if (upgraded_ && permit_) permit_->step_aside();
  response_begun_ = true;
  http::apply_response_rules(head, rooms_.params.forwarding);
  client_.send_head(head, end_of_response);
  if (end_of_response == http::End::kYes) response_complete();
}

// The service has not waited for the last of the request, so that no place is needed for it; and
// unless it only says no, it works on heads.
void Exchange::answered_early() {
  if (!std::exchange(upload_, nullptr)) return;
  rooms_.limiter.answered_before_whole(*responded_ - *opening_, status_ >= 400);
  if (!std::exchange(returning_, false)) return;
  stop_waiting();
  waiting_since_.reset();
  send_held();
}

void Exchange::on_response_body(std::span<const std::byte> bytes, http::End end_of_response) {
  response_bytes_ += bytes.size();
  client_.send_body(Buffer(bytes), end_of_response);
  if (end_of_response == http::End::kYes) response_complete();
}

void Exchange::on_response_held() {
  if (permit_) permit_->step_aside();
}

void Exchange::on_response_trailers(const http::Headers& trailers) {
  client_.send_trailers(trailers);
  response_complete();
}

void Exchange::on_response_sent(size_t body_bytes) {
  if (backend_) backend_->consumed(body_bytes);
}

void Exchange::response_complete() {
  response_complete_ = true;
  if (!request_complete_) client_.discard_request();
  end(upgraded_ ? Ending::kUpgraded : Ending::kServed);
}

// ---- what can go wrong ----

bool Exchange::may_retry() const {
  return backend_->reused() && !retried_ && !response_begun_ && !body_given_ &&
         http::is_idempotent(head_.method);
}

void Exchange::on_backend_failed(BackendFailure why, std::string_view text) {
  if (why == BackendFailure::kClosedUnanswered && may_retry()) {
    retried_ = true;
    backend_.reset();
    return open_backend(Reuse::kFreshOnly);
  }
  end(upgraded_ && why == BackendFailure::kClosed ? Ending::kUpgraded : ending_of(why), text);
}

void Exchange::on_client_left() {
  if (stage_ != Stage::kEnded) end(upgraded_ ? Ending::kUpgraded : Ending::kClientLeft);
}

void Exchange::on_client_stalled() {
  if (stage_ != Stage::kEnded) end(Ending::kClientStalled, "the client did not read the response");
}

void Exchange::on_request_failed(const http::ProtocolError& why) {
  if (stage_ == Stage::kEnded) return;
  status_ = response_begun_ ? status_ : why.status;
  end(why.status == 408 ? Ending::kRequestTimedOut : Ending::kRequestRefused, why.reason);
}

void Exchange::on_shutdown() {
  if (stage_ != Stage::kEnded) end(Ending::kShutdown, "weir is shutting down");
}

// ---- ended ----

void Exchange::end(Ending how, std::string_view error_text) {
  ended_in_ = stage_;
  move_to(Stage::kEnded);
  stop_waiting();
  upload_.reset();
  if (permit_) std::move(*permit_).finish(outcome_of(how));
  permit_.reset();
  backend_.reset();
  tell_client(how, error_text);
  record(how, error_text);
  client_.ended();
}

void Exchange::tell_client(Ending how, std::string_view error_text) {
  if (response_complete_ || how == Ending::kClientLeft) return;
  if (how == Ending::kUpgraded) return client_.send_body(Buffer(), http::End::kYes);
  if (how == Ending::kClientStalled) return client_.reset(http::ResetReason::kTimedOut);
  if (response_begun_) return client_.reset(http::ResetReason::kBackendFailed);
  // First, so that the head can say when the connection will not go on.
  if (!request_complete_) client_.discard_request();
  reply(how, error_text);
}

void Exchange::reply_rejected() {
  status_ = row_of(Ending::kRejected).status;
  retry_after_seconds_ = rooms_.retry_after.next(rooms_.timeline.now());
  const http::ReadyReply& answer = rooms_.rejections.of(*rejection_);
  response_bytes_ = head_.method == "HEAD" ? 0 : answer.body_bytes();
  client_.send_ready(answer, *retry_after_seconds_);
}

void Exchange::reply(Ending how, std::string_view error_text) {
  if (how == Ending::kRejected) return reply_rejected();
  const EndingRow& row = row_of(how);
  if (how != Ending::kRequestRefused) status_ = row.status;
  http::Reply answer = http::error_reply({.status = status_,
                                          .proxy_error = row.proxy_error,
                                          .word = row.word,
                                          .text = error_text,
                                          .reveal = rooms_.params.reveal_reason,
                                          .retry_after_seconds = std::nullopt,
                                          .via_name = rooms_.params.forwarding.via_name});
  const bool bodyless = head_.method == "HEAD";
  response_bytes_ = bodyless ? 0 : answer.body.size();
  client_.send_head(answer.head, bodyless ? http::End::kYes : http::End::kNo);
  if (!bodyless) client_.send_body(std::move(answer.body), http::End::kYes);
}

limiters::Outcome Exchange::outcome_of(Ending how) const {
  const bool asked = request_complete_ && ended_in_ == Stage::kForwarding;
  if (how == Ending::kClientLeft && !asked) return limiters::Outcome::kIgnored;
  if (how != Ending::kServed) return row_of(how).outcome;
  return outcome_of_answer(status_, rooms_.params.overload_statuses);
}

void Exchange::record(Ending how, std::string_view error_text) const {
  const limiters::TimePoint now = rooms_.timeline.now();
  ExchangeFacts facts;
  facts.ending = how;
  facts.rejection = rejection_;
  facts.stage = ended_in_;
  facts.method = head_.method;
  facts.target = head_.target;
  facts.authority = head_.authority;
  facts.peer_address = client_.peer_address();
  facts.request_id = head_.headers.get(http::Name::kXRequestId).value_or("");
  facts.version = version_word(head_.version);
  facts.error_text = error_text;
  facts.status = status_;
  facts.request_bytes = request_bytes_;
  facts.response_bytes = response_bytes_;
  facts.total = now - arrived_;
  facts.queue_wait = waited_;
  if (waiting_since_)
    facts.queue_wait = waited_.value_or(limiters::Duration(0)) + (now - *waiting_since_);
  if (opened_) facts.connect = *opened_ - *opening_;
  if (responded_) facts.backend = *responded_ - granted_.value_or(*opening_);
  facts.retry_after_seconds = retry_after_seconds_;
  facts.limit = limit_at_arrival_;
  facts.in_flight = in_flight_at_arrival_;
  facts.waiting = waiting_at_arrival_;
  if (arrival_) {
    facts.priority = arrival_->priority;
    facts.priority_name = rooms_.classifier.name_of(arrival_->priority);
    facts.partition_name = partition_name_;
  }
  facts.exempt = exempt_;
  facts.retried = retried_;
  rooms_.ledger.record(facts);
}

}  // namespace weir::exchange
