#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limiters/sample.h"
#include "limiters/timeline.h"
#include "limiters/wait_queue.h"
#include "proxy/exchange/streams.h"

// How a request can end, and what each ending means to the client, the limiter, the metrics and the
// log: one table.
namespace weir::exchange {

enum class Ending : uint8_t {
  kServed,           // the service's response went through to its end
  kUpgraded,         // a tunnel, closed by either side
  kStreamed,         // a stream of events, ended by the service or closed by the client
  kRejected,         // shed by the limiter or its queue; see Rejection
  kClientLeft,       // cancelled: the client closed or reset first
  kClientStalled,    // the client did not read its response
  kRequestRefused,   // malformed, ambiguous or beyond a bound; see ExchangeFacts::status
  kRequestTimedOut,  // head or body did not come in time
  kMethodRefused,    // CONNECT
  kBodyTooLarge,
  kLoop,            // it has been here before: the service is, or leads to, this weir
  kBackendRefused,  // nobody listens
  kBackendUnreachable,
  kBackendUnresolved,  // its name has no address, or none is known yet
  kConnectTimedOut,
  kBackendClosed,     // closed or reset before its response was complete
  kBackendProtocol,   // its response is not to be forwarded
  kResponseTimedOut,  // no response head in time
  kBackendStalled,    // its response, or its reading of the request, stopped
  kShutdown,          // the drain's time was over
};
inline constexpr size_t kEndings = static_cast<size_t>(Ending::kShutdown) + 1;

// One row of the table.
struct EndingRow {
  Ending ending;
  std::string_view word;  // in log lines and metric labels
  int status;  // what a client is told when no response has begun; 0: nothing can be told, or the
               // response's own
  limiters::Outcome outcome;     // what the limiter learns from it
  std::string_view proxy_error;  // the error type of RFC 9209; empty: none
};
const EndingRow& row_of(Ending ending);
Ending ending_of(BackendFailure why);
// Nothing went wrong.
bool is_good(Ending ending);
// The service or weir itself did not do what was asked: neither the client's doing nor a shed.
bool is_failure(Ending ending);
// The service, or the way to it, did not do what was asked.
bool lies_behind_weir(Ending ending);
// What the limiter learns from an answer of the service with that status, which says that too much
// was sent where it is one of `overload`.
limiters::Outcome outcome_of_answer(int status, const std::vector<int>& overload);
std::string_view word_of(Ending ending);
std::string_view word_of(limiters::Rejection rejection);
std::string_view word_of(http::Version version);

// Where a request stood.
enum class Stage : uint8_t { kArrived, kWaiting, kConnecting, kForwarding, kAnswering, kEnded };
inline constexpr size_t kStages = static_cast<size_t>(Stage::kEnded) + 1;
std::string_view word_of(Stage stage);
bool may_follow(Stage before, Stage next);

// All there is to tell of one request when it has ended. Views are valid during the call only.
struct ExchangeFacts {
  Ending ending = Ending::kServed;
  std::optional<limiters::Rejection>
      rejection;                  // with kRejected; in dry run also with others: it would have been
  Stage stage = Stage::kArrived;  // where it stood when it ended
  std::string_view method, target, authority, peer_address, request_id;
  std::string_view version;                        // "h1.0", "h1.1"
  std::string_view error_text;                     // what went wrong, for people; empty: nothing
  int status = 0;                                  // sent to the client; 0: none
  uint64_t request_bytes = 0, response_bytes = 0;  // of the bodies
  limiters::Duration total{0};
  std::optional<limiters::Duration> queue_wait;  // it had to wait
  std::optional<limiters::Duration> connect;     // a connection was made for it
  std::optional<limiters::Duration> backend;     // from the permit to the response head
  std::optional<int> retry_after_seconds;
  int limit = 0, in_flight = 0, waiting = 0;  // at arrival
  uint8_t priority = 0;                       // 0 is the most important
  std::string_view priority_name;  // empty: there is one for all, or it asked for no place
  // Who asked; none: callers are not told apart, or it asked for no place.
  std::optional<std::string_view> partition_name;
  bool exempt = false;   // passed by the limiter
  bool stood = false;    // as a tunnel or a stream of events: how long says nothing of the service
  bool retried = false;  // a pooled connection had died
};

// Who is inside and holds no place in the limit; as what, if as several.
enum class Placeless : uint8_t {
  kExempt,       // passed by the limiter, and is neither of the next two
  kTunnel,       // may stand for days,
  kEventStream,  // as may this
  kSlowReader    // its client does not read its answer as fast as the service gives it
};
inline constexpr size_t kPlacelessKinds = static_cast<size_t>(Placeless::kSlowReader) + 1;

// Metrics and access log, or a fake.
class Ledger {
 public:
  virtual void record(const ExchangeFacts& facts) = 0;
  // One that is told apart by who asks does so for a place.
  virtual void asked(uint16_t /*partition*/, std::string_view /*name*/) {}
  // So many more are inside as that, 1 or -1.
  virtual void placeless(Placeless /*as*/, int /*more*/) {}

 protected:
  ~Ledger() = default;
};

}  // namespace weir::exchange
