#include "proxy/exchange/exchange.h"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <set>

#include "limiters/make_limiter.h"
#include "tests/fakes/fake_streams.h"

namespace weir::exchange {
namespace {

using fakes::FakeBackend;
using http::BodyLength;
using http::End;
using limiters::Outcome;
using std::chrono::milliseconds;

struct Nobody final : limiters::Waiter {
  void on_permit(limiters::Permit) override { FAIL() << "nobody waits here"; }
  void on_rejected(limiters::Rejection) override { FAIL() << "nobody waits here"; }
};

// One gate of limit 1 on simulated time, and notebooks for neighbours.
class ExchangeTest : public testing::Test {
 protected:
  ExchangeTest()
      : timeline(limiters::TimePoint(std::chrono::hours(1))),
        permits(1, 1, 10),
        limiter(0, permits, samples, limiters::make_lanes({}), {}, timeline, [](int) {}),
        retry_after({}, permits, 7),
        backends(notebook),
        client(notebook),
        classifier({"/healthz"}),
        rejections(params),
        rooms{params, rejections, classifier, limiter, retry_after, backends, ledger, timeline} {
    permits.publish_queue(kLongestWait, std::numeric_limits<int>::max());
  }

  static http::RequestHead head(std::string_view method, std::string_view target,
                                BodyLength body = BodyLength()) {
    http::RequestHead head;
    head.method = method;
    head.target = target;
    head.authority = "weir.test";
    head.body = body;
    return head;
  }
  static http::ResponseHead answer(int status) {
    http::ResponseHead head;
    head.status = status;
    head.body = {BodyLength::Kind::kKnown, 2};
    return head;
  }
  static http::ResponseHead events(int status = 200) {
    http::ResponseHead head;
    head.status = status;
    head.headers.add(http::Name::kContentType, "text/event-stream");
    head.body.kind = BodyLength::Kind::kUnknown;
    return head;
  }
  void start(http::RequestHead request, End end = End::kYes) {
    exchange.emplace(client, std::move(request), end, rooms);
    exchange->start();
  }
  // Takes the only place.
  limiters::Permit occupy() { return std::get<limiters::Permit>(limiter.admit({}, nobody)); }
  void run_for(limiters::Duration duration) { timeline.run_until(timeline.now() + duration); }
  static constexpr limiters::Duration kLongestWait = milliseconds(300);
  static constexpr BodyLength kChunked{BodyLength::Kind::kUnknown, 0};
  FakeBackend& backend() { return backends.last(); }
  // A slow one, whose place another has when its last bytes come; the other's permit.
  [[nodiscard]] limiters::Permit let_an_upload_wait_again() {
    start(head("POST", "/", kChunked), End::kNo);
    backend().events.on_backend_open();
    run_for(limiters::Permit::kPatience);
    limiters::Permit busy = occupy();
    exchange->on_request_body(bytes_of("abc"), End::kYes);
    return busy;
  }
  void serve() {
    backend().events.on_backend_open();
    serve_head_and_body();
  }
  void serve_head_and_body() {
    backend().events.on_response_head(answer(200), End::kNo);
    backend().events.on_response_body(bytes_of("ok"), End::kYes);
  }
  double finished(Outcome outcome) const {
    return samples.read().answered[static_cast<size_t>(outcome)];
  }
  const fakes::FakeLedger::Entry& entry() const { return ledger.entries.at(0); }

  Nobody nobody;
  fakes::Notebook notebook;
  limiters::Timeline timeline;
  limiters::PermitPool permits;
  limiters::SamplerShard samples;
  limiters::Limiter limiter;
  limiters::RetryAfter retry_after;
  fakes::FakeBackends backends;
  fakes::FakeClient client;
  fakes::FakeLedger ledger;
  ExchangeParams params;
  Classifier classifier;
  Rejections rejections;
  Rooms rooms;
  std::optional<Exchange> exchange;
};

TEST_F(ExchangeTest, ARequestGoesThroughAndItsPermitComesBackWithTheLastByte) {
  start(head("GET", "/"));
  EXPECT_EQ(permits.in_flight(), 1);
  run_for(milliseconds(10));
  serve();
  EXPECT_EQ(
      notebook.take(),
      "open\nbackend: GET / end\nclient: 200\nclient: body ok end\nbackend: released\nended\n");
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_EQ(finished(Outcome::kSuccess), 1);
  EXPECT_EQ(entry().ending, Ending::kServed);
  EXPECT_EQ(entry().backend, limiters::Duration(milliseconds(10)));
}

TEST_F(ExchangeTest, LatencyEndsAtTheResponseHeadAndThePermitAtTheLastByte) {
  start(head("GET", "/"));
  run_for(milliseconds(10));
  backend().events.on_backend_open();
  backend().events.on_response_head(answer(200), End::kNo);
  run_for(milliseconds(500));
  EXPECT_EQ(permits.in_flight(), 1);
  backend().events.on_response_body(bytes_of("ok"), End::kYes);
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_NEAR(samples.read(permits.cohort()).levels[0].sum_seconds, 0.01, 1e-9);
}

TEST_F(ExchangeTest, AClientThatReadsSlowlyOrHasATunnelKeepsNoPlace) {
  start(head("GET", "/"));
  backend().events.on_backend_open();
  backend().events.on_response_head(answer(200), End::kNo);
  backend().events.on_response_held();
  EXPECT_EQ(permits.in_flight(), 0);
  exchange.reset();
  start(head("GET", "/"));
  backend().events.on_backend_open();
  http::ResponseHead switching = answer(101);
  backend().events.on_response_head(std::move(switching), End::kNo);
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, LatencyOfAnUploadBeginsWithItsLastByte) {
  start(head("POST", "/", kChunked), End::kNo);
  run_for(milliseconds(500));
  exchange->on_request_body(bytes_of("abc"), End::kYes);
  run_for(milliseconds(10));
  serve();
  EXPECT_NEAR(samples.read(permits.cohort()).levels[0].sum_seconds, 0.01, 1e-9);
}

TEST_F(ExchangeTest, AClientThatIsSlowToSendTakesNoPlaceUntilItHasSentAll) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, 6}), End::kNo);
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  run_for(milliseconds(500));
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_EQ(notebook.take(), "");
  exchange->on_request_body(bytes_of("def"), End::kYes);
  EXPECT_EQ(permits.in_flight(), 1);
  EXPECT_EQ(notebook.take(), "open\nbackend: POST /\nbackend: body abcdef end\n");
  run_for(milliseconds(10));
  serve();
  EXPECT_EQ(entry().backend, limiters::Duration(milliseconds(10)));
  EXPECT_FALSE(entry().queue_wait) << "it waited for its client, not for a place";
}

TEST_F(ExchangeTest, WhatMayBeAnsweredBeforeItsEndIsNotHeldBack) {
  for (const BodyLength body :
       {kChunked, BodyLength{BodyLength::Kind::kKnown, http::kMostOwedBytes + 1}}) {
    start(head("POST", "/", body), End::kNo);
    EXPECT_EQ(notebook.take(), "open\nbackend: POST /\n");
    exchange.reset();
    notebook.take();
  }
  http::RequestHead polite = head("POST", "/", kChunked);
  polite.expects_continue = true;
  start(std::move(polite), End::kNo);
  EXPECT_EQ(notebook.take(), "open\nbackend: POST /\n");
}

TEST_F(ExchangeTest, AClientThatStopsSendingHoldsNoPlaceUntilItHasSentAll) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  backend().events.on_request_sent(3);
  run_for(limiters::Permit::kPatience - milliseconds(1));
  EXPECT_EQ(permits.in_flight(), 1);
  run_for(milliseconds(1));
  EXPECT_EQ(permits.in_flight(), 0);
  exchange->on_request_body(bytes_of("def"), End::kNo);
  backend().events.on_request_sent(3);
  EXPECT_EQ(permits.in_flight(), 0) << "what goes on is not whole";
  notebook.take();
  exchange->on_request_body(bytes_of(""), End::kYes);
  EXPECT_EQ(permits.in_flight(), 1);
  EXPECT_EQ(notebook.take(), "backend: body  end\n");
  run_for(milliseconds(10));
  serve_head_and_body();
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_EQ(entry().backend, limiters::Duration(milliseconds(10)));
  EXPECT_EQ(finished(Outcome::kSuccess), 1);
  EXPECT_NEAR(samples.read(permits.cohort()).levels[0].sum_seconds, 0.01, 1e-9);
  EXPECT_EQ(samples.read(permits.cohort()).granted, 1);
}

TEST_F(ExchangeTest, AnUploadThatIsWholeKeepsItsPlaceHoweverLongTheServiceTakes) {
  for (const BodyLength body : {kChunked, BodyLength{BodyLength::Kind::kKnown, 20000}})
    for (const bool at_once : {true, false}) {
      start(head("POST", "/", body), End::kNo);
      if (at_once) exchange->on_request_body(bytes_of(std::string(20000, 'x')), End::kYes);
      backend().events.on_backend_open();
      if (!at_once) exchange->on_request_body(bytes_of(std::string(20000, 'x')), End::kYes);
      backend().events.on_request_sent(20000);
      run_for(std::chrono::seconds(10));
      EXPECT_EQ(permits.in_flight(), 1);
      serve_head_and_body();
      EXPECT_EQ(permits.in_flight(), 0);
      exchange.reset();
    }
  EXPECT_EQ(finished(Outcome::kSuccess), 4);
}

TEST_F(ExchangeTest, ADeadConnectionIsReplacedAlsoWhileTheLastOfASlowUploadWaits) {
  for (const bool trailers : {false, true}) {
    SCOPED_TRACE(trailers);
    backends.pooled = true;
    start(head("PUT", "/", kChunked), End::kNo);
    run_for(limiters::Permit::kPatience);
    std::optional<limiters::Permit> busy = occupy();
    if (trailers) exchange->on_request_trailers({});
    if (!trailers) exchange->on_request_body(bytes_of(""), End::kYes);
    notebook.take();
    backend().events.on_backend_failed(BackendFailure::kClosedUnanswered, "reset");
    EXPECT_EQ(notebook.take(), "backend: released\nopen fresh\nbackend: PUT /\n");
    backend().events.on_backend_open();
    busy.reset();
    run_for(milliseconds(0));
    EXPECT_EQ(notebook.take(), trailers ? "backend: trailers\n" : "backend: body  end\n");
    serve_head_and_body();
    EXPECT_EQ(permits.in_flight(), 0);
    exchange.reset();
    notebook.take();
  }
  EXPECT_EQ(finished(Outcome::kSuccess), 2);
}

TEST_F(ExchangeTest, WhoDripsIsAsSlowAsWhoStops) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, 100000}), End::kNo);
  backend().events.on_backend_open();
  for (int i = 0; i < 6; ++i) {
    run_for(milliseconds(1));
    exchange->on_request_body(bytes_of("a"), End::kNo);
    backend().events.on_request_sent(1);
  }
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, AServiceThatIsSlowToTakeTheBodyIsNoSlowClient) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  for (int i = 0; i < 20; ++i) {
    exchange->on_request_body(bytes_of("abc"), End::kNo);
    run_for(milliseconds(100));
    backend().events.on_request_sent(3);
  }
  EXPECT_EQ(permits.in_flight(), 1);
}

TEST_F(ExchangeTest, WhoExpectsA100WaitsForTheServiceUntilItSaysSo) {
  http::RequestHead polite = head("POST", "/", kChunked);
  polite.expects_continue = true;
  start(std::move(polite), End::kNo);
  backend().events.on_backend_open();
  run_for(milliseconds(100));
  EXPECT_EQ(permits.in_flight(), 1);
  http::ResponseHead go_on;
  go_on.status = 100;
  backend().events.on_informational(std::move(go_on));
  run_for(limiters::Permit::kPatience);
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, AServiceThatNeverSaysThatItWaitsIsNotWaitedForForEver) {
  http::RequestHead polite = head("POST", "/", kChunked);
  polite.expects_continue = true;
  start(std::move(polite), End::kNo);
  backend().events.on_backend_open();
  run_for(milliseconds(99));
  EXPECT_EQ(permits.in_flight(), 1);
  run_for(milliseconds(1) + limiters::Permit::kPatience);
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, WhoDoesNotWaitForA100IsAsSlowAsAnybody) {
  http::RequestHead polite = head("POST", "/", kChunked);
  polite.expects_continue = true;
  start(std::move(polite), End::kNo);
  backend().events.on_backend_open();
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  backend().events.on_request_sent(3);
  run_for(std::chrono::seconds(2));
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, TheLastOfASlowUploadWaitsForAPlaceAndIsNeverRejected) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, 20000}), End::kNo);
  backend().events.on_backend_open();
  run_for(limiters::Permit::kPatience);
  std::optional<limiters::Permit> busy = occupy();
  permits.publish_queue(kLongestWait, 0);
  exchange->on_request_body(bytes_of(std::string(19999, 'x')), End::kNo);
  backend().events.on_request_sent(19999);
  notebook.take();
  exchange->on_request_body(bytes_of("y"), End::kNo);
  exchange->on_request_body(bytes_of(""), End::kYes);
  run_for(std::chrono::seconds(60));
  EXPECT_EQ(notebook.take(), "");
  EXPECT_EQ(permits.waiting(), 1);
  busy.reset();
  run_for(milliseconds(0));
  EXPECT_EQ(notebook.take(), "backend: body y end\n");
  EXPECT_EQ(permits.in_flight(), 1);
  EXPECT_EQ(permits.waiting(), 0);
  serve_head_and_body();
  EXPECT_EQ(entry().ending, Ending::kServed);
  EXPECT_EQ(entry().queue_wait, limiters::Duration(std::chrono::seconds(60)));
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, WhatIsGatheredIsWholeWithItsTrailers) {
  for (const std::string_view method : {"GET", "POST"}) {
    SCOPED_TRACE(method);
    const bool get = method == "GET";
    start(head(method, "/", get ? kChunked : BodyLength{BodyLength::Kind::kKnown, 3}), End::kNo);
    exchange->on_request_body(bytes_of("abc"), End::kNo);
    EXPECT_EQ(permits.in_flight(), 0);
    exchange->on_request_trailers({});
    EXPECT_EQ(permits.in_flight(), 1);
    serve();
    EXPECT_EQ(notebook.take(), "open\nbackend: " + std::string(method) +
                                   " /\nbackend: body abc\nbackend: trailers\nclient: 200\n"
                                   "client: body ok end\nbackend: released\nended\n");
    exchange.reset();
  }
}

TEST_F(ExchangeTest, TrailersOfASlowUploadAreItsLast) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  backend().events.on_request_sent(3);
  run_for(limiters::Permit::kPatience);
  std::optional<limiters::Permit> busy = occupy();
  notebook.take();
  exchange->on_request_trailers({});
  EXPECT_EQ(notebook.take(), "");
  busy.reset();
  run_for(milliseconds(0));
  EXPECT_EQ(notebook.take(), "backend: trailers\n");
  EXPECT_EQ(permits.in_flight(), 1);
}

TEST_F(ExchangeTest, WhoLeavesWhileTheLastOfItWaitsHoldsNothingAndTeachesNothing) {
  const limiters::Permit busy = let_an_upload_wait_again();
  EXPECT_EQ(permits.waiting(), 1);
  exchange->on_client_left();
  EXPECT_EQ(entry().stage, Stage::kWaiting);
  EXPECT_EQ(permits.waiting(), 0);
  EXPECT_EQ(permits.in_flight(), 1);
  EXPECT_EQ(samples.read(permits.cohort()).granted, 1) << "of who is busy";
  EXPECT_EQ(finished(Outcome::kAbandoned), 0);
}

TEST_F(ExchangeTest, AServiceThatFailsWhileTheLastOfItWaitsHasFailedIntoTheBooks) {
  const limiters::Permit busy = let_an_upload_wait_again();
  EXPECT_EQ(permits.waiting(), 1);
  backend().events.on_backend_failed(BackendFailure::kClosed, "");
  EXPECT_EQ(entry().ending, Ending::kBackendClosed);
  EXPECT_EQ(entry().stage, Stage::kForwarding);
  EXPECT_EQ(permits.waiting(), 0);
}

TEST_F(ExchangeTest, AnEarlyAnswerToASlowUploadNeedsNoPlaceAndTheServiceGetsTheRest) {
  const limiters::Permit busy = let_an_upload_wait_again();
  run_for(milliseconds(40));
  notebook.take();
  backend().events.on_response_head(answer(200), End::kNo);
  EXPECT_EQ(notebook.take(), "backend: body abc end\nclient: 200\n");
  EXPECT_EQ(permits.waiting(), 0);
  backend().events.on_response_held();
  backend().events.on_response_body(bytes_of("ok"), End::kYes);
  EXPECT_EQ(entry().ending, Ending::kServed);
  EXPECT_EQ(entry().stage, Stage::kAnswering);
  EXPECT_EQ(entry().queue_wait, limiters::Duration(milliseconds(40)));
  EXPECT_EQ(permits.in_flight(), 1);
}

TEST_F(ExchangeTest, AServiceThatAnswersBeforeTheLastOfItWorksOnHeadsUnlessItIsQuickToSayNo) {
  permits.publish_baseline(milliseconds(50));
  const auto answered = [&](int status, limiters::Duration after) {
    start(head("POST", "/", kChunked), End::kNo);
    backend().events.on_backend_open();
    run_for(after);
    const int places = permits.in_flight();
    backend().events.on_response_head(answer(status), End::kNo);
    backend().events.on_response_body(bytes_of("ok"), End::kYes);
    exchange.reset();
    return places;
  };
  EXPECT_EQ(answered(413, milliseconds(10)), 0);
  EXPECT_EQ(answered(401, milliseconds(30)), 0);
  EXPECT_EQ(answered(401, milliseconds(30)), 1);
}

// Loops run timers between the sockets of a turn, and it lives until the end of that.
TEST_F(ExchangeTest, WhatHasEndedStepsAsideNoMore) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  run_for(limiters::Permit::kPatience - milliseconds(1));
  exchange->on_client_left();
  EXPECT_FALSE(timeline.next());
  run_for(limiters::Permit::kPatience);
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, WhoMayNotStepAsideNowDoesWhenItMay) {
  permits.note_aside(10);
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  run_for(std::chrono::seconds(1));
  EXPECT_EQ(permits.in_flight(), 1);
  permits.note_aside(-1);
  run_for(milliseconds(200));
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, WhoseBodyMeansNothingIsServedWhenAllOfItIsHere) {
  start(head("GET", "/", kChunked), End::kNo);
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  run_for(std::chrono::seconds(1));
  EXPECT_EQ(permits.in_flight(), 0);
  exchange->on_request_body(bytes_of(""), End::kYes);
  EXPECT_EQ(notebook.take(), "open\nbackend: GET /\nbackend: body abc end\n");
  exchange.reset();
  notebook.take();
  start(head("GET", "/", kChunked), End::kNo);
  exchange->on_request_body(bytes_of(std::string(http::kMostOwedBytes, 'x')), End::kNo);
  backend().events.on_backend_open();
  backend().events.on_request_sent(http::kMostOwedBytes);
  run_for(std::chrono::seconds(1));
  EXPECT_EQ(permits.in_flight(), 1) << "the service may have begun";
}

TEST_F(ExchangeTest, AsMuchAsACodecGivesOutIsWaitedFor) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, http::kMostOwedBytes}), End::kNo);
  const std::string half(http::kMostOwedBytes / 2, 'x');
  exchange->on_request_body(bytes_of(half), End::kNo);
  EXPECT_EQ(permits.in_flight(), 0);
  exchange->on_request_body(bytes_of(half), End::kYes);
  EXPECT_EQ(permits.in_flight(), 1);
}

TEST_F(ExchangeTest, AnUploadThatIsShedWhenItIsWholeLeavesNothingToDiscard) {
  limiters::Permit busy = occupy();
  permits.publish_queue(kLongestWait, 0);
  start(head("POST", "/", {BodyLength::Kind::kKnown, 3}), End::kNo);
  EXPECT_EQ(notebook.take(), "");
  exchange->on_request_body(bytes_of("abc"), End::kYes);
  EXPECT_EQ(notebook.take(), "client: 503\nclient: body of weir end\nended\n");
  EXPECT_EQ(entry().rejection, limiters::Rejection::kShed);
}

TEST_F(ExchangeTest, WhoLeavesBeforeItHasSentAllHasAskedForNothing) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, 6}), End::kNo);
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  exchange->on_client_left();
  EXPECT_EQ(entry().ending, Ending::kClientLeft);
  EXPECT_EQ(entry().stage, Stage::kArrived);
  EXPECT_EQ(samples.read().arrived[0], 0);
  EXPECT_EQ(notebook.take(), "ended\n");
}

TEST_F(ExchangeTest, ARequestWithoutAPermitWaitsAndWhatCameOfItsBodyIsSentInItsTurn) {
  limiters::Permit busy = occupy();
  start(head("POST", "/", {BodyLength::Kind::kKnown, 3}), End::kNo);
  exchange->on_request_body(bytes_of("abc"), End::kYes);
  EXPECT_EQ(exchange->stage(), Stage::kWaiting);
  EXPECT_EQ(notebook.take(), "");
  run_for(milliseconds(20));
  std::move(busy).finish(Outcome::kSuccess);
  EXPECT_EQ(notebook.take(), "") << "never from inside finish()";
  run_for(milliseconds(0));
  EXPECT_EQ(notebook.take(), "open\nbackend: POST /\nbackend: body abc end\n");
  serve();
  EXPECT_EQ(entry().queue_wait, limiters::Duration(milliseconds(20)));
}

TEST_F(ExchangeTest, WaitingTooLongIsToldWithRetryAfterAndTheServiceNeverHearsOfIt) {
  limiters::Permit busy = occupy();
  start(head("GET", "/"));
  run_for(kLongestWait);
  EXPECT_EQ(notebook.take(), "client: 503\nclient: body of weir end\nended\n");
  EXPECT_EQ(entry().ending, Ending::kRejected);
  EXPECT_EQ(entry().rejection, limiters::Rejection::kWaitedTooLong);
  EXPECT_GE(entry().retry_after_seconds.value(), 1);
  EXPECT_EQ(client.last_head.headers.get(http::Name::kProxyStatus),
            "weir; error=proxy_internal_response; details=\"waited_too_long\"");
  EXPECT_EQ(samples.read().answered, (std::array<double, limiters::kOutcomes>{}));
}

TEST_F(ExchangeTest, AClientThatLeavesWhileItWaitsLeavesTheQueue) {
  limiters::Permit busy = occupy();
  start(head("GET", "/"));
  EXPECT_EQ(permits.waiting(), 1);
  exchange->on_client_left();
  EXPECT_EQ(entry().stage, Stage::kWaiting);
  exchange.reset();
  EXPECT_EQ(permits.waiting(), 0);
}

// Its connection destroys it at the end of the turn, and in between others are served.
TEST_F(ExchangeTest, WhoHasLeftIsGivenNoPlaceAndNotRejectedAgain) {
  limiters::Permit busy = occupy();
  start(head("GET", "/"));
  exchange->on_client_left();
  EXPECT_EQ(permits.waiting(), 0);
  std::move(busy).finish(Outcome::kSuccess);
  run_for(milliseconds(0));
  EXPECT_EQ(permits.in_flight(), 0);
  busy = occupy();
  exchange.reset();
  start(head("GET", "/"));
  exchange->on_client_left();
  run_for(2 * kLongestWait);
  EXPECT_EQ(ledger.entries.size(), 2U);
}

TEST_F(ExchangeTest, AClientThatLeavesCancelsTheServiceAndGivesThePermitBackAtOnce) {
  start(head("GET", "/"));
  exchange->on_client_left();
  EXPECT_EQ(notebook.take(), "open\nbackend: GET / end\nbackend: released\nended\n");
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
  EXPECT_EQ(entry().ending, Ending::kClientLeft);
}

TEST_F(ExchangeTest, AClientThatLeavesWhileTheServiceIsAtItHasGivenItUp) {
  start(head("GET", "/"));
  backend().events.on_backend_open();
  run_for(milliseconds(50));
  exchange->on_client_left();
  EXPECT_EQ(finished(Outcome::kAbandoned), 1);
}

TEST_F(ExchangeTest, WhoLeavesWhenTheAnswerHasBegunIsToldFromWhoHadNone) {
  start(head("GET", "/"));
  backend().events.on_backend_open();
  exchange->on_client_left();
  start(head("GET", "/"));
  backend().events.on_backend_open();
  backend().events.on_response_head(answer(200), End::kNo);
  exchange->on_client_left();
  EXPECT_EQ(ledger.entries.at(0).stage, Stage::kForwarding);
  EXPECT_EQ(ledger.entries.at(1).stage, Stage::kAnswering);
  EXPECT_EQ(ledger.entries.at(1).ending, Ending::kClientLeft);
  EXPECT_EQ(finished(Outcome::kAbandoned), 1) << "the service had answered the other";
}

TEST_F(ExchangeTest, AClientThatLeavesBeforeAnythingIsWrittenSaysNothingOfTheService) {
  start(head("GET", "/"));
  backend().events.on_backend_open();
  backend().has_begun = false;
  exchange->on_client_left();
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
  EXPECT_EQ(entry().stage, Stage::kConnecting) << "the service has none of it";
}

TEST_F(ExchangeTest,
       AClientThatLeavesOnAPooledConnectionBeforeAnythingIsWrittenWasNotWithTheService) {
  backends.pooled = true;
  start(head("GET", "/"));
  backend().has_begun = false;
  exchange->on_client_left();
  EXPECT_EQ(entry().stage, Stage::kConnecting);
  exchange.reset();
  start(head("GET", "/"));
  exchange->on_client_left();
  EXPECT_EQ(ledger.entries.at(1).stage, Stage::kForwarding);
}

TEST_F(ExchangeTest, AClientThatLeavesInTheMiddleOfItsRequestSaysNothingOfTheService) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  run_for(milliseconds(50));
  EXPECT_EQ(samples.read(permits.cohort()).granted, 0) << "nor while it takes its time";
  exchange->on_client_left();
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
  EXPECT_EQ(entry().stage, Stage::kArrived) << "the service was not what it waited for";
}

TEST_F(ExchangeTest, AClientThatLeavesWhileTheServiceDoesNotTakeItsUploadHasWaitedForIt) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  exchange->on_request_body(bytes_of("abc"), End::kNo);
  exchange->on_client_left();
  EXPECT_EQ(entry().stage, Stage::kForwarding);
}

TEST_F(ExchangeTest, AClientThatLeavesWithoutThe100ThatItExpectsHasWaitedForTheService) {
  const auto leaves_after = [this](const std::function<void()>& happens) {
    http::RequestHead polite = head("POST", "/", kChunked);
    polite.expects_continue = true;
    start(std::move(polite), End::kNo);
    backend().events.on_backend_open();
    run_for(std::chrono::seconds(2));
    happens();
    exchange->on_client_left();
    return ledger.entries.back().stage;
  };
  EXPECT_EQ(leaves_after([] {}), Stage::kForwarding);
  EXPECT_EQ(leaves_after([this] {
              http::ResponseHead go_on;
              go_on.status = 100;
              backend().events.on_informational(std::move(go_on));
            }),
            Stage::kArrived);
  EXPECT_EQ(leaves_after([this] {
              exchange->on_request_body(bytes_of("abc"), End::kNo);
              backend().events.on_request_sent(3);
            }),
            Stage::kArrived)
      << "it has sent without";
}

TEST_F(ExchangeTest, ItsPriorityGoesIntoTheBooks) {
  classifier = Classifier({"/healthz"}, {{.name = "normal"}, {.name = "batch", .path = "/batch"}});
  start(head("GET", "/batch/1"));
  serve();
  start(head("GET", "/healthz"));
  serve();
  EXPECT_EQ(ledger.entries.at(0).priority, 1);
  EXPECT_EQ(ledger.entries.at(0).priority_name, "batch");
  EXPECT_EQ(ledger.entries.at(1).priority_name, "") << "it asked for no place";
  start(head("CONNECT", "weir.test:80"));
  EXPECT_EQ(ledger.entries.at(2).priority_name, "") << "nor did what was refused before";
}

TEST_F(ExchangeTest, WhoAskedGoesIntoTheBooks) {
  classifier = Classifier({"/healthz"}, {}, {.header = "x-tenant"});
  http::RequestHead from_acme = head("GET", "/");
  from_acme.headers.add("x-tenant", "acme");
  start(std::move(from_acme));
  serve();
  start(head("GET", "/"));
  serve();
  start(head("GET", "/healthz"));
  serve();
  EXPECT_EQ(ledger.entries.at(0).partition_name, "acme");
  ASSERT_EQ(ledger.askers.size(), 2U);
  EXPECT_EQ(ledger.askers[0].first, classifier.classify(head("GET", "/"), "acme").partition);
  EXPECT_EQ(ledger.askers[0].second, "acme");
  EXPECT_EQ(ledger.entries.at(1).partition_name, "") << "it does not say";
  EXPECT_EQ(ledger.entries.at(2).partition_name, std::nullopt) << "it asked for no place";
}

TEST_F(ExchangeTest, WhatIsServedAndWhatIsShedIsToldAsTheClientSentIt) {
  permits.publish_queue(kLongestWait, 0);
  const auto ask = [this] {
    http::RequestHead request = head("GET", "http://weir.test/abs?t=1");
    request.headers.add("Connection", "x-request-id");
    request.headers.add("X-Request-Id", "same");
    start(std::move(request));
  };
  ask();
  EXPECT_EQ(notebook.take(), "open\nbackend: GET /abs?t=1 end\n");
  serve();
  limiters::Permit busy = occupy();
  ask();
  ASSERT_EQ(ledger.entries.size(), 2U);
  EXPECT_EQ(ledger.entries[0].ending, Ending::kServed);
  EXPECT_EQ(ledger.entries[1].ending, Ending::kRejected);
  for (const auto& each : ledger.entries) {
    EXPECT_EQ(each.target, "http://weir.test/abs?t=1");
    EXPECT_EQ(each.request_id, "same");
  }
}

TEST_F(ExchangeTest, HealthChecksPassByTheLimiter) {
  limiters::Permit busy = occupy();
  start(head("GET", "/healthz?from=kubelet"));
  EXPECT_EQ(notebook.take(), "open\nbackend: GET /healthz?from=kubelet end\n");
  EXPECT_EQ(permits.in_flight(), 1);
  serve();
  EXPECT_EQ(finished(Outcome::kSuccess), 0);
}

TEST_F(ExchangeTest, ADeadPooledConnectionIsReplacedOnceWhenTheRequestMayBeRepeated) {
  backends.pooled = true;
  start(head("GET", "/"));
  notebook.take();
  backend().events.on_backend_failed(BackendFailure::kClosedUnanswered, "closed");
  EXPECT_EQ(notebook.take(), "backend: released\nopen fresh\nbackend: GET / end\n");
  backend().events.on_backend_failed(BackendFailure::kClosedUnanswered, "closed");
  EXPECT_EQ(notebook.take(), "backend: released\nclient: 502\nclient: body of weir end\nended\n");
  EXPECT_TRUE(entry().retried);
}

TEST_F(ExchangeTest, AnUploadKeepsItsPlaceWhileItsDeadConnectionIsReplaced) {
  for (const bool expects : {false, true}) {
    SCOPED_TRACE(expects);
    backends.pooled = true;
    http::RequestHead request = head("POST", "/", {BodyLength::Kind::kKnown, 100000});
    request.expects_continue = expects;
    start(std::move(request), End::kNo);
    backend().events.on_backend_replaced();
    run_for(std::chrono::seconds(10));
    EXPECT_EQ(permits.in_flight(), 1) << "the service is not there yet";
    backend().events.on_backend_open();
    run_for(expects ? milliseconds(200) : limiters::Permit::kPatience);
    EXPECT_EQ(permits.in_flight(), 0) << "its client is slow";
    exchange->on_client_left();
    exchange.reset();
  }
}

TEST_F(ExchangeTest, WhatHadNotLeftWithADeadConnectionIsNotGivenTwice) {
  backends.pooled = true;
  start(head("POST", "/", {BodyLength::Kind::kKnown, 3}), End::kNo);
  exchange->on_request_body(bytes_of("abc"), End::kYes);
  run_for(milliseconds(5));
  notebook.take();
  backend().events.on_backend_replaced();
  EXPECT_EQ(exchange->stage(), Stage::kConnecting);
  run_for(milliseconds(10));
  serve();
  EXPECT_EQ(notebook.take(), "client: 200\nclient: body ok end\nbackend: released\nended\n");
  EXPECT_TRUE(entry().retried);
  EXPECT_EQ(entry().ending, Ending::kServed);
}

TEST_F(ExchangeTest, WhatMustNotBeRepeatedIsNot) {
  struct Case {
    const char* what;
    const char* method;
    bool pooled;
    bool body_given;
    BackendFailure why;
  };
  for (const Case& each :
       {Case{"not idempotent", "POST", true, false, BackendFailure::kClosedUnanswered},
        Case{"part of the body is gone", "PUT", true, true, BackendFailure::kClosedUnanswered},
        Case{"the connection was new", "GET", false, false, BackendFailure::kClosedUnanswered},
        Case{"the answer had begun", "GET", true, false, BackendFailure::kClosed},
        Case{"it only took long", "GET", true, false, BackendFailure::kHeadTimedOut}}) {
    SCOPED_TRACE(each.what);
    exchange.reset();
    backends.pooled = each.pooled;
    start(head(each.method, "/", each.body_given ? kChunked : BodyLength()),
          each.body_given ? End::kNo : End::kYes);
    if (each.body_given) exchange->on_request_body(bytes_of("part"), End::kNo);
    notebook.take();
    backend().events.on_backend_failed(each.why, "dead");
    EXPECT_EQ(notebook.take().find("open"), std::string::npos);
    EXPECT_EQ(exchange->stage(), Stage::kEnded);
    EXPECT_EQ(permits.in_flight(), 0);
  }
}

TEST_F(ExchangeTest, EachBackendFailureHasItsEndingItsStatusAndWhatTheLimiterLearns) {
  struct Case {
    BackendFailure why;
    Ending ending;
    int status;
    Outcome outcome;
  };
  for (const Case& each :
       {Case{BackendFailure::kRefused, Ending::kBackendRefused, 502, Outcome::kOverload},
        Case{BackendFailure::kUnreachable, Ending::kBackendUnreachable, 502, Outcome::kIgnored},
        Case{BackendFailure::kUnresolved, Ending::kBackendUnresolved, 502, Outcome::kIgnored},
        Case{BackendFailure::kConnectTimedOut, Ending::kConnectTimedOut, 503, Outcome::kOverload},
        Case{BackendFailure::kClosedUnanswered, Ending::kBackendClosed, 502, Outcome::kIgnored},
        Case{BackendFailure::kClosed, Ending::kBackendClosed, 502, Outcome::kIgnored},
        Case{BackendFailure::kProtocol, Ending::kBackendProtocol, 502, Outcome::kIgnored},
        Case{BackendFailure::kHeadTimedOut, Ending::kResponseTimedOut, 504, Outcome::kTimedOut},
        Case{BackendFailure::kStalled, Ending::kBackendStalled, 504, Outcome::kTimedOut}}) {
    SCOPED_TRACE(word_of(each.ending));
    exchange.reset();
    ledger.entries.clear();
    const double before = finished(each.outcome);
    start(head("GET", "/"));
    backend().events.on_backend_failed(each.why, "text");
    EXPECT_EQ(entry().ending, each.ending);
    EXPECT_EQ(entry().status, each.status);
    EXPECT_EQ(client.last_head.status, each.status);
    EXPECT_EQ(finished(each.outcome), before + 1);
  }
}

TEST_F(ExchangeTest, WhoeverIsTold503IsToldWhenToComeBackAndNobodyElseIs) {
  struct Case {
    int status;
    std::function<void()> happens;
  };
  const auto fails = [this](BackendFailure why) {
    return [this, why] { backend().events.on_backend_failed(why, "text"); };
  };
  for (const Case& each :
       {Case{503, [this] { exchange->on_shutdown(); }},
        Case{503, fails(BackendFailure::kConnectTimedOut)},
        Case{502, fails(BackendFailure::kRefused)}, Case{502, fails(BackendFailure::kClosed)},
        Case{504, fails(BackendFailure::kHeadTimedOut)}}) {
    exchange.reset();
    ledger.entries.clear();
    start(head("GET", "/"));
    each.happens();
    SCOPED_TRACE(word_of(entry().ending));
    EXPECT_EQ(entry().status, each.status);
    const auto told = client.last_head.headers.get(http::Name::kRetryAfter);
    EXPECT_EQ(told.has_value(), each.status == 503);
    EXPECT_EQ(entry().retry_after_seconds.has_value(), each.status == 503);
    if (told) {
      EXPECT_GE(std::stoi(std::string(*told)), 1);
      EXPECT_EQ(*told, std::to_string(*entry().retry_after_seconds));
    }
  }
}

TEST_F(ExchangeTest, WhoAreCutTogetherDoNotComeBackTogether) {
  std::set<int> told;
  for (int i = 0; i < 100; ++i) {
    exchange.reset();
    start(head("GET", "/"));
    exchange->on_shutdown();
    told.insert(*ledger.entries.back().retry_after_seconds);
  }
  EXPECT_GT(told.size(), 5U);
}

TEST_F(ExchangeTest, AResponseThatBreaksOffIsCutForTheClientToo) {
  start(head("GET", "/"));
  backend().events.on_backend_open();
  backend().events.on_response_head(answer(200), End::kNo);
  notebook.take();
  backend().events.on_backend_failed(BackendFailure::kClosed, "closed");
  EXPECT_EQ(notebook.take(), "backend: released\nclient: reset\nended\n");
  EXPECT_EQ(entry().status, 200);
}

TEST_F(ExchangeTest, WhatTheServiceSaysTellsTheLimiterSuccessFromFailureFromOverload) {
  struct Case {
    int status;
    Outcome outcome;
  };
  for (const Case& each :
       {Case{200, Outcome::kSuccess}, Case{404, Outcome::kSuccess}, Case{500, Outcome::kFailure},
        Case{502, Outcome::kFailure}, Case{503, Outcome::kOverload}, Case{504, Outcome::kOverload},
        Case{429, Outcome::kOverQuota}}) {
    SCOPED_TRACE(each.status);
    exchange.reset();
    const double before = finished(each.outcome);
    start(head("GET", "/"));
    backend().events.on_backend_open();
    backend().events.on_response_head(answer(each.status), End::kNo);
    backend().events.on_response_body(bytes_of("ok"), End::kYes);
    EXPECT_EQ(finished(each.outcome), before + 1);
  }
}

TEST_F(ExchangeTest, WhichAnswersSayThatTooMuchWasSentIsTheOperatorsChoice) {
  params.overload_statuses = {429, 500};
  const auto outcomes = [this](int status) {
    exchange.reset();
    start(head("GET", "/"));
    backend().events.on_backend_open();
    backend().events.on_response_head(answer(status), End::kYes);
    return std::array{finished(Outcome::kOverload), finished(Outcome::kFailure)};
  };
  EXPECT_EQ(outcomes(429), (std::array{1.0, 0.0}));
  EXPECT_EQ(outcomes(500), (std::array{2.0, 0.0}));
  EXPECT_EQ(outcomes(503), (std::array{2.0, 1.0}));
}

TEST_F(ExchangeTest, AnEarlyAnswerEndsTheExchangeAndTheRestOfTheBodyIsNotWanted) {
  start(head("POST", "/", kChunked), End::kNo);
  backend().events.on_backend_open();
  notebook.take();
  backend().events.on_response_head(answer(403), End::kNo);
  backend().events.on_response_body(bytes_of("no"), End::kYes);
  EXPECT_EQ(notebook.take(),
            "client: 403\nclient: body no end\nclient: discard\nbackend: released\nended\n");
}

TEST_F(ExchangeTest, AnEarlyAnswerThatIsAllHeadCanSayWhatBecomesOfTheConnection) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, 200000}), End::kNo);
  backend().events.on_backend_open();
  notebook.take();
  backend().events.on_response_head(answer(403), End::kYes);
  EXPECT_EQ(notebook.take(), "client: discard\nclient: 403 end\nbackend: released\nended\n");
}

TEST_F(ExchangeTest, ABodyBeyondItsBoundIsRefusedWhetherAnnouncedOrCounted) {
  params.max_body_bytes = 10;
  start(head("POST", "/", {BodyLength::Kind::kKnown, 11}), End::kNo);
  EXPECT_EQ(notebook.take(), "client: discard\nclient: 413\nclient: body of weir end\nended\n");
  exchange.reset();
  start(head("POST", "/", kChunked), End::kNo);
  exchange->on_request_body(bytes_of("12345678901"), End::kNo);
  EXPECT_EQ(client.last_head.status, 413);
  EXPECT_EQ(permits.in_flight(), 0);
}

TEST_F(ExchangeTest, ConnectIsRefused) {
  start(head("CONNECT", "weir.test:443"));
  EXPECT_EQ(client.last_head.status, 405);
  EXPECT_EQ(entry().ending, Ending::kMethodRefused);
}

TEST_F(ExchangeTest, ARequestThatComesBackIsRefusedAlsoWhenItIsExempt) {
  params.forwarding.pseudonym = "weir (5e1f)";
  for (const std::string_view path : {"/", "/healthz"}) {
    http::RequestHead request = head("GET", path);
    request.headers.add(http::Name::kVia, "1.1 weir (5e1f)");
    start(std::move(request));
    EXPECT_EQ(client.last_head.status, 508);
    EXPECT_EQ(ledger.entries.back().ending, Ending::kLoop);
  }
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_TRUE(backends.streams.empty());
}

TEST_F(ExchangeTest, ATunnelHoldsNoPlaceTeachesNothingAndEndsWithEitherSide) {
  http::RequestHead request = head("GET", "/ws");
  request.upgrade = "websocket";
  start(std::move(request));
  backend().events.on_backend_open();
  http::ResponseHead switched;
  switched.status = 101;
  backend().events.on_response_head(std::move(switched), End::kNo);
  backend().events.on_response_body(bytes_of("hi"), End::kNo);
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_TRUE(ledger.entries.empty());
  exchange->on_request_body(bytes_of(""), End::kYes);
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_EQ(entry().ending, Ending::kUpgraded);
  EXPECT_TRUE(entry().stood);
  EXPECT_EQ(finished(Outcome::kIgnored), 1);
}

TEST_F(ExchangeTest, AStreamOfEventsHoldsNoPlaceOnceItsHeadIsHereAndMayBeSilent) {
  start(head("GET", "/events"));
  run_for(milliseconds(10));
  backend().events.on_backend_open();
  EXPECT_EQ(permits.in_flight(), 1);
  notebook.take();
  backend().events.on_response_head(events(), End::kNo);
  EXPECT_EQ(notebook.take(), "backend: may be silent\nclient: 200\n");
  EXPECT_EQ(permits.in_flight(), 0);
  EXPECT_EQ(finished(Outcome::kSuccess), 1);
  EXPECT_NEAR(samples.read(permits.cohort()).levels[0].sum_seconds, 0.01, 1e-9);
  run_for(std::chrono::hours(1));
  backend().events.on_response_body(bytes_of("data: 1\n\n"), End::kNo);
  EXPECT_TRUE(ledger.entries.empty());
  backend().events.on_response_body(bytes_of(""), End::kYes);
  ASSERT_EQ(ledger.entries.size(), 1U);
  EXPECT_EQ(entry().ending, Ending::kStreamed);
  EXPECT_EQ(permits.in_flight(), 0) << "it was given back once";
  EXPECT_EQ(finished(Outcome::kSuccess), 1);
}

TEST_F(ExchangeTest, AStreamOfEventsThatIsCutIsToldFromOneThatEndsAndTeachesTheLimiterNoMore) {
  struct Case {
    Ending ending;
    std::function<void()> happens;
  };
  for (const Case& each :
       {Case{Ending::kStreamed, [this] { exchange->on_client_left(); }},
        Case{Ending::kClientStalled, [this] { exchange->on_client_stalled(); }},
        Case{Ending::kShutdown, [this] { exchange->on_shutdown(); }},
        Case{Ending::kBackendClosed,
             [this] { backend().events.on_backend_failed(BackendFailure::kClosed, "closed"); }}}) {
    SCOPED_TRACE(word_of(each.ending));
    exchange.reset();
    ledger.entries.clear();
    start(head("GET", "/events"));
    backend().events.on_backend_open();
    backend().events.on_response_head(events(), End::kNo);
    const auto before = samples.read().answered;
    each.happens();
    ASSERT_EQ(ledger.entries.size(), 1U);
    EXPECT_EQ(entry().ending, each.ending);
    EXPECT_EQ(entry().status, 200);
    EXPECT_EQ(entry().stage, Stage::kAnswering);
    EXPECT_TRUE(entry().stood);
    EXPECT_EQ(samples.read().answered, before);
    EXPECT_EQ(permits.in_flight(), 0);
  }
}

TEST_F(ExchangeTest, WhatRefusesAStreamOfEventsOrOnlyTellsOfOneIsNone) {
  start(head("GET", "/events"));
  backend().events.on_backend_open();
  notebook.take();
  backend().events.on_response_head(events(503), End::kNo);
  EXPECT_EQ(permits.in_flight(), 1);
  EXPECT_EQ(notebook.take(), "client: 503\n");
  exchange.reset();
  start(head("HEAD", "/events"));
  backend().events.on_backend_open();
  notebook.take();
  backend().events.on_response_head(events(), End::kYes);
  EXPECT_EQ(notebook.take(), "client: 200 end\nbackend: released\nended\n");
  EXPECT_EQ(ledger.entries.back().ending, Ending::kServed);
  EXPECT_FALSE(ledger.entries.back().stood);
}

TEST_F(ExchangeTest, AStreamOfEventsThatIsExemptMayBeSilentToo) {
  start(head("GET", "/healthz"));
  backend().events.on_backend_open();
  notebook.take();
  backend().events.on_response_head(events(), End::kNo);
  EXPECT_EQ(notebook.take(), "backend: may be silent\nclient: 200\n");
}

TEST_F(ExchangeTest, WhoIsInsideWithoutAPlaceIsKnownUntilItHasEnded) {
  const auto inside = [this](Placeless as) {
    const int all = std::accumulate(ledger.inside.begin(), ledger.inside.end(), 0);
    EXPECT_EQ(ledger.inside.at(static_cast<size_t>(as)), all) << "as one thing only";
    return all;
  };
  http::ResponseHead switched;
  switched.status = 101;
  struct Case {
    Placeless as;
    std::string_view path;
    std::function<void()> happens;
  };
  for (const Case& each :
       {Case{Placeless::kExempt, "/healthz", [] {}},
        Case{Placeless::kEventStream, "/",
             [&] { backend().events.on_response_head(events(), End::kNo); }},
        Case{Placeless::kEventStream, "/healthz",
             [&] { backend().events.on_response_head(events(), End::kNo); }},
        Case{Placeless::kTunnel, "/",
             [&] { backend().events.on_response_head(std::move(switched), End::kNo); }},
        Case{Placeless::kSlowReader, "/", [&] {
               backend().events.on_response_head(answer(200), End::kNo);
               backend().events.on_response_held();
             }}}) {
    start(head("GET", each.path));
    backend().events.on_backend_open();
    each.happens();
    backend().events.on_response_held();
    EXPECT_EQ(inside(each.as), 1);
    exchange->on_client_left();
    EXPECT_EQ(inside(each.as), 0);
  }
  start(head("GET", "/"));
  serve();
  EXPECT_EQ(inside(Placeless::kExempt), 0) << "who has a place is not one of them";
}

TEST_F(ExchangeTest, CreditGoesBackOnBothSides) {
  start(head("POST", "/", {BodyLength::Kind::kKnown, 3}), End::kNo);
  exchange->on_request_body(bytes_of("abc"), End::kYes);
  notebook.take();
  backend().events.on_request_sent(3);
  exchange->on_response_sent(2);
  EXPECT_EQ(notebook.take(), "client: consumed 3\nbackend: consumed 2\n");
}

TEST(EndingTable, EveryEndingHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (size_t i = 0; i < kEndings; ++i) words.insert(word_of(static_cast<Ending>(i)));
  EXPECT_EQ(words.size(), kEndings);
  EXPECT_FALSE(words.contains(""));
}

}  // namespace
}  // namespace weir::exchange
