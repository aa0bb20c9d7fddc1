#include "proxy/exchange/exchange.h"

#include <utility>

#include "proxy/exchange/event_stream.h"
#include "proxy/exchange/own_answer.h"

namespace weir::exchange {

Exchange::Exchange(ClientStream& client, http::RequestHead&& head, http::End end, Rooms& rooms)
    : client_(client),
      rooms_(rooms),
      head_(std::move(head)),
      target_(head_.target),
      request_id_(head_.headers.get(http::Name::kXRequestId).value_or("")),
      body_(head_, end),
      placeless_(rooms.ledger),
      times_(rooms.timeline.now()) {}

// ---- arrived ----

void Exchange::start() {
  at_arrival_ = rooms_.limiter.stats();
  if (head_.method == "CONNECT") return end(Ending::kMethodRefused);
  if (rooms_.params.max_body_bytes && head_.body.kind == http::BodyLength::Kind::kKnown &&
      head_.body.bytes > *rooms_.params.max_body_bytes)
    return end(Ending::kBodyTooLarge);
  exempt_ = rooms_.classifier.exempt(head_);
  if (http::has_been_here(head_, rooms_.params.forwarding))
    return end(Ending::kLoop, "the request has been here before");
  if (exempt_) placeless_.begin(Placeless::kExempt);
  if (exempt_) return open_backend(Reuse::kAllowed);
  gathers_ = !body_.worth_a_place();
  if (!gathers_) ask();
}

void Exchange::ask() {
  if (std::exchange(gathers_, false)) at_arrival_ = rooms_.limiter.stats();
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
    times_.waits(rooms_.timeline.now());
    move_to(Stage::kWaiting);
  }
}

// ---- waiting ----

void Exchange::on_permit(limiters::Permit permit) {
  if (!std::exchange(returning_, false)) return granted(std::move(permit));
  take(std::move(permit));
  body_.give(*backend_);
}

// ---- connecting ----

void Exchange::granted(limiters::Permit permit) {
  take(std::move(permit));
  if (!head_.upgrade.empty()) permit_->leave_unsampled();
  if (!body_.complete()) permit_->request_incomplete();
  if (body_.is_waited_for())
    body_.watch(rooms_.timeline, [this] { return permit_->step_aside_for_now(); });
  open_backend(Reuse::kAllowed);
}

void Exchange::take(limiters::Permit permit) {
  permit_ = std::move(permit);
  times_.granted(rooms_.timeline.now());
}

void Exchange::open_backend(Reuse reuse) {
  move_to(Stage::kConnecting);
  if (!std::exchange(forwarded_rules_applied_, true))
    http::apply_request_rules(head_, rooms_.params.forwarding,
                              {client_.peer_address(), client_.scheme()});
  times_.opening(rooms_.timeline.now());
  backend_ = rooms_.backends.open(*this, reuse);
  const bool head_is_all = body_.empty() && !returning_;
  backend_->send_request(head_, head_is_all ? http::End::kYes : http::End::kNo);
  if (!head_is_all && !returning_) body_.give(*backend_);
  if (backend_->reused()) on_backend_open();
}

void Exchange::on_backend_open() {
  if (!backend_->reused()) times_.opened(rooms_.timeline.now());
  move_to(Stage::kForwarding);
  body_.service_is_there();
}

// ---- forwarding: the request ----

void Exchange::on_request_body(std::span<const std::byte> bytes, http::End end_of_body) {
  if (stage_ == Stage::kEnded) return;
  if (good_end_ == Ending::kUpgraded) return tunnelled(bytes, end_of_body);
  body_.came(bytes, end_of_body);
  if (rooms_.params.max_body_bytes && body_.bytes() > *rooms_.params.max_body_bytes)
    return end(Ending::kBodyTooLarge);
  body_came();
}

void Exchange::on_request_trailers(const http::Headers& trailers) {
  if (stage_ == Stage::kEnded) return;
  body_.came(trailers);
  body_came();
}

void Exchange::body_came() {
  if (gathers_ && body_.worth_a_place()) return ask();
  if (!backend_ || returning_) return;
  if (comes_back()) return come_back();
  body_.give(*backend_);
  // From here on it is the service's time.
  if (body_.complete() && permit_) permit_->request_complete();
}

// A tunnel has no half-close: what one side has ended is over for both, and its permit is free.
void Exchange::tunnelled(std::span<const std::byte> bytes, http::End end_of_tunnel) {
  body_.pass(bytes, end_of_tunnel, *backend_);
  if (end_of_tunnel == http::End::kYes) end(Ending::kUpgraded);
}

// What has stepped aside because its client is slow needs a place again when the service gets the
// last of it, and begins with its work.
bool Exchange::comes_back() const {
  return permit_ && permit_->aside() && !begun() && body_.last_is_here();
}

void Exchange::come_back() {
  returning_ = true;
  permit_ = rooms_.limiter.readmit(*std::exchange(permit_, std::nullopt), *arrival_, *this);
  if (permit_) return on_permit(*std::exchange(permit_, std::nullopt));
  times_.waits(rooms_.timeline.now());
}

void Exchange::on_request_sent(size_t body_bytes) {
  body_.taken(body_bytes);
  client_.consumed(body_bytes);
}

// ---- forwarding: the response ----

void Exchange::on_informational(http::ResponseHead&& head) {
  if (head.status == 100) body_.service_said_100();
  http::apply_response_rules(head, rooms_.params.forwarding);
  client_.send_head(head, http::End::kNo);
}

void Exchange::on_response_head(http::ResponseHead&& head, http::End end_of_response) {
  times_.responded(rooms_.timeline.now());
  status_ = head.status;
  if (permit_) permit_->responded(outcome_of(Ending::kServed));
  answered_early();
  move_to(Stage::kAnswering);
  if (head.status == 101) stands(Ending::kUpgraded, Placeless::kTunnel);
  if (end_of_response == http::End::kNo && is_event_stream(head))
    stands(Ending::kStreamed, Placeless::kEventStream);
  http::apply_response_rules(head, rooms_.params.forwarding);
  // First, so that the head can say when the connection will not go on.
  if (end_of_response == http::End::kYes && body_.give_up()) client_.discard_request();
  client_.send_head(head, end_of_response);
  if (end_of_response == http::End::kYes) response_complete();
}

// A tunnel or a stream may stand for days and says nothing about how busy the service is.
void Exchange::stands(Ending good_end, Placeless as) {
  good_end_ = good_end;
  placeless_.begin(as);
  if (good_end == Ending::kStreamed) backend_->may_be_silent();
  if (permit_) permit_->step_aside();
}

// The service has not waited for the last of the request, so that no place is needed for it; and
// unless it only says no, it works on heads.
void Exchange::answered_early() {
  if (!body_.stop_watching()) return;
  rooms_.limiter.answered_before_whole(times_.to_response(), status_ >= 400);
  if (!std::exchange(returning_, false)) return;
  stop_waiting();
  times_.waits_no_more(rooms_.timeline.now());
  body_.give(*backend_);
}

void Exchange::on_response_body(std::span<const std::byte> bytes, http::End end_of_response) {
  response_bytes_ += bytes.size();
  client_.send_body(Buffer(bytes), end_of_response);
  if (end_of_response == http::End::kYes) response_complete();
}

void Exchange::on_response_held() {
  if (!permit_ || permit_->aside()) return;
  permit_->step_aside();
  placeless_.begin(Placeless::kSlowReader);
}

void Exchange::on_response_trailers(const http::Headers& trailers) {
  client_.send_trailers(trailers);
  response_complete();
}

void Exchange::response_complete() {
  response_complete_ = true;
  if (body_.give_up()) client_.discard_request();
  end(good_end_);
}

// ---- what can go wrong ----

void Exchange::on_backend_replaced() {
  retried_ = true;
  move_to(Stage::kConnecting);
  times_.opening(rooms_.timeline.now());
  body_.service_is_gone();
}

bool Exchange::may_retry() const {
  return backend_->reused() && !retried_ && !begun() && !body_.given() &&
         http::is_idempotent(head_.method);
}

void Exchange::on_backend_failed(BackendFailure why, std::string_view text) {
  if (why == BackendFailure::kClosedUnanswered && may_retry()) {
    retried_ = true;
    backend_.reset();
    return open_backend(Reuse::kFreshOnly);
  }
  const bool tunnel_closed = good_end_ == Ending::kUpgraded && why == BackendFailure::kClosed;
  end(tunnel_closed ? Ending::kUpgraded : ending_of(why), text);
}

void Exchange::on_client_left() {
  if (stage_ != Stage::kEnded) end(good_end_ == Ending::kServed ? Ending::kClientLeft : good_end_);
}

void Exchange::on_client_stalled() {
  if (stage_ != Stage::kEnded) end(Ending::kClientStalled, "the client did not read the response");
}

void Exchange::on_request_failed(const http::ProtocolError& why) {
  if (stage_ == Stage::kEnded) return;
  if (!begun()) status_ = why.status;
  end(why.status == 408 ? Ending::kRequestTimedOut : Ending::kRequestRefused, why.reason);
}

void Exchange::on_shutdown() {
  if (stage_ != Stage::kEnded) end(Ending::kShutdown, "weir is shutting down");
}

// ---- ended ----

Stage Exchange::stage_at_end(Ending how) const {
  // Who waits for a place again has its beginning at the service, which may fail meanwhile.
  if (returning_ && !lies_behind_weir(how)) return Stage::kWaiting;
  if (stage_ != Stage::kForwarding) return stage_;
  // A connection that stood already has still to be written to, at the end of the turn.
  if (!backend_->begun()) return Stage::kConnecting;
  // Who gives up sending has not waited for the service.
  return how == Ending::kClientLeft && body_.keeps_service_waiting() ? Stage::kArrived : stage_;
}

void Exchange::end(Ending how, std::string_view error_text) {
  ended_in_ = stage_at_end(how);
  move_to(Stage::kEnded);
  stop_waiting();
  body_.stop_watching();
  if (permit_) std::move(*permit_).finish(outcome_of(how));
  permit_.reset();
  placeless_.end();
  backend_.reset();
  tell_client(how, error_text);
  record(how, error_text);
  client_.ended();
}

void Exchange::tell_client(Ending how, std::string_view error_text) {
  if (response_complete_ || how == Ending::kClientLeft || how == Ending::kStreamed) return;
  if (how == Ending::kUpgraded) return client_.send_body(Buffer(), http::End::kYes);
  if (how == Ending::kClientStalled) return client_.reset(http::ResetReason::kTimedOut);
  if (ended_in_ == Stage::kAnswering) return client_.reset(http::ResetReason::kBackendFailed);
  // First here, too.
  if (body_.give_up()) client_.discard_request();
  reply(how, error_text);
}

void Exchange::reply_rejected() {
  const http::ReadyReply& answer = rooms_.rejections.of(*rejection_);
  response_bytes_ = head_.method == "HEAD" ? 0 : answer.body_bytes();
  client_.send_ready(answer, *retry_after_seconds_);
}

void Exchange::reply(Ending how, std::string_view error_text) {
  if (how != Ending::kRequestRefused) status_ = row_of(how).status;
  if (status_ == 503) retry_after_seconds_ = rooms_.retry_after.next(rooms_.timeline.now());
  if (how == Ending::kRejected) return reply_rejected();
  http::Reply answer = own_answer(how, status_, error_text, retry_after_seconds_, rooms_.params);
  const bool bodyless = head_.method == "HEAD";
  response_bytes_ = bodyless ? 0 : answer.body.size();
  client_.send_head(answer.head, bodyless ? http::End::kYes : http::End::kNo);
  if (!bodyless) client_.send_body(std::move(answer.body), http::End::kYes);
}

limiters::Outcome Exchange::outcome_of(Ending how) const {
  const bool asked = body_.complete() && ended_in_ >= Stage::kForwarding;
  if (how == Ending::kClientLeft && !asked) return limiters::Outcome::kIgnored;
  if (how != Ending::kServed) return row_of(how).outcome;
  return outcome_of_answer(status_, rooms_.params.overload_statuses);
}

void Exchange::record(Ending how, std::string_view error_text) const {
  ExchangeFacts facts;
  facts.ending = how;
  facts.rejection = rejection_;
  facts.stage = ended_in_;
  facts.method = head_.method;
  facts.target = target_;
  facts.authority = head_.authority;
  facts.peer_address = client_.peer_address();
  facts.request_id = request_id_;
  facts.version = word_of(head_.version);
  facts.error_text = error_text;
  facts.status = status_;
  facts.request_bytes = body_.bytes();
  facts.response_bytes = response_bytes_;
  times_.tell(rooms_.timeline.now(), facts);
  facts.retry_after_seconds = retry_after_seconds_;
  facts.limit = at_arrival_.limit;
  facts.in_flight = at_arrival_.in_flight;
  facts.waiting = at_arrival_.waiting;
  if (arrival_) {
    facts.priority = arrival_->priority;
    facts.priority_name = rooms_.classifier.name_of(arrival_->priority);
    facts.partition_name = partition_name_;
  }
  facts.exempt = exempt_;
  facts.retried = retried_;
  facts.stood = good_end_ != Ending::kServed;
  rooms_.ledger.record(facts);
}

}  // namespace weir::exchange
