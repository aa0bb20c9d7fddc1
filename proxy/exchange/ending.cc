#include "proxy/exchange/ending.h"

#include <algorithm>
#include <array>

namespace weir::exchange {
namespace {

using limiters::Outcome;

// Every ending, its words and its consequences. A request that never got a permit teaches the
// limiter nothing whatever its row says.
constexpr std::array<EndingRow, kEndings> kRows{{
    {Ending::kServed, "served", 0, Outcome::kSuccess, ""},
    {Ending::kUpgraded, "upgraded", 0, Outcome::kIgnored, ""},
    {Ending::kStreamed, "streamed", 0, Outcome::kIgnored, ""},
    {Ending::kRejected, "rejected", 503, Outcome::kIgnored, "proxy_internal_response"},
    {Ending::kClientLeft, "client_left", 0, Outcome::kAbandoned, ""},
    {Ending::kClientStalled, "client_stalled", 0, Outcome::kIgnored, ""},
    {Ending::kRequestRefused, "request_refused", 400, Outcome::kIgnored, "http_request_error"},
    {Ending::kRequestTimedOut, "request_timed_out", 408, Outcome::kIgnored, "http_request_error"},
    {Ending::kMethodRefused, "method_refused", 405, Outcome::kIgnored, "http_request_denied"},
    {Ending::kBodyTooLarge, "body_too_large", 413, Outcome::kIgnored, "http_request_error"},
    {Ending::kLoop, "loop", 508, Outcome::kIgnored, "proxy_loop_detected"},
    {Ending::kBackendRefused, "backend_refused", 502, Outcome::kOverload, "connection_refused"},
    {Ending::kBackendUnreachable, "backend_unreachable", 502, Outcome::kIgnored,
     "destination_ip_unroutable"},
    {Ending::kBackendUnresolved, "backend_unresolved", 502, Outcome::kIgnored, "dns_error"},
    {Ending::kConnectTimedOut, "connect_timed_out", 503, Outcome::kOverload, "connection_timeout"},
    {Ending::kBackendClosed, "backend_closed", 502, Outcome::kIgnored, "connection_terminated"},
    {Ending::kBackendProtocol, "backend_protocol", 502, Outcome::kIgnored, "http_protocol_error"},
    {Ending::kResponseTimedOut, "response_timed_out", 504, Outcome::kTimedOut,
     "http_response_timeout"},
    {Ending::kBackendStalled, "backend_stalled", 504, Outcome::kTimedOut, "http_response_timeout"},
    {Ending::kShutdown, "shutdown", 503, Outcome::kIgnored, "proxy_internal_response"},
}};

constexpr bool in_order() {
  for (size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<size_t>(kRows[i].ending) != i) return false;
  return true;
}
static_assert(in_order(), "the table follows the enumeration");

// From each stage, the stages that may follow.
constexpr auto kMoves = [] {
  std::array<std::array<bool, kStages>, kStages> moves{};
  const auto allow = [&](Stage from, Stage to) {
    moves[static_cast<size_t>(from)][static_cast<size_t>(to)] = true;
  };
  allow(Stage::kArrived, Stage::kWaiting);
  allow(Stage::kArrived, Stage::kConnecting);
  allow(Stage::kWaiting, Stage::kConnecting);
  allow(Stage::kConnecting, Stage::kForwarding);
  allow(Stage::kForwarding, Stage::kConnecting);  // once, when a pooled connection had died
  allow(Stage::kForwarding, Stage::kAnswering);
  for (const Stage from : {Stage::kArrived, Stage::kWaiting, Stage::kConnecting, Stage::kForwarding,
                           Stage::kAnswering})
    allow(from, Stage::kEnded);
  return moves;
}();

}  // namespace

bool may_follow(Stage before, Stage next) {
  return kMoves[static_cast<size_t>(before)][static_cast<size_t>(next)];
}

bool is_good(Ending ending) { return ending <= Ending::kStreamed; }

bool is_failure(Ending ending) {
  return ending != Ending::kRejected && row_of(ending).status >= 500;
}

bool lies_behind_weir(Ending ending) {
  return ending >= Ending::kBackendRefused && ending <= Ending::kBackendStalled;
}

Ending ending_of(BackendFailure why) {
  switch (why) {
    case BackendFailure::kRefused:
      return Ending::kBackendRefused;
    case BackendFailure::kUnreachable:
      return Ending::kBackendUnreachable;
    case BackendFailure::kUnresolved:
      return Ending::kBackendUnresolved;
    case BackendFailure::kConnectTimedOut:
      return Ending::kConnectTimedOut;
    case BackendFailure::kClosedUnanswered:
    case BackendFailure::kClosed:
      return Ending::kBackendClosed;
    case BackendFailure::kProtocol:
      return Ending::kBackendProtocol;
    case BackendFailure::kHeadTimedOut:
      return Ending::kResponseTimedOut;
    case BackendFailure::kStalled:
      return Ending::kBackendStalled;
  }
  return Ending::kBackendClosed;
}

const EndingRow& row_of(Ending ending) { return kRows[static_cast<size_t>(ending)]; }

std::string_view word_of(Ending ending) { return row_of(ending).word; }

std::string_view word_of(limiters::Rejection rejection) {
  switch (rejection) {
    case limiters::Rejection::kLimit:
      return "limit";
    case limiters::Rejection::kQueueFull:
      return "queue_full";
    case limiters::Rejection::kWaitedTooLong:
      return "waited_too_long";
    case limiters::Rejection::kShed:
      return "shed";
    case limiters::Rejection::kOverShare:
      return "over_share";
  }
  return "";
}

std::string_view word_of(http::Version version) {
  switch (version) {
    case http::Version::kHttp10:
      return "h1.0";
    case http::Version::kHttp11:
      return "h1.1";
    case http::Version::kHttp2:
      return "h2";
  }
  return "";
}

limiters::Outcome outcome_of_answer(int status, const std::vector<int>& overload) {
  if (status < 400) return Outcome::kSuccess;
  if (std::find(overload.begin(), overload.end(), status) != overload.end())
    return Outcome::kOverload;
  if (status == 429) return Outcome::kOverQuota;
  return status >= 500 ? Outcome::kFailure : Outcome::kSuccess;
}

std::string_view word_of(Stage stage) {
  constexpr std::array<std::string_view, kStages> words{"arrived",    "waiting",   "connecting",
                                                        "forwarding", "answering", "ended"};
  return words[static_cast<size_t>(stage)];
}

}  // namespace weir::exchange
