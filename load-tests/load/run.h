#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "load-tests/load/pool.h"
#include "load-tests/load/profile.h"
#include "load-tests/load/request_log.h"
#include "load-tests/load/tally.h"
#include "load-tests/pieces/exact_alarm.h"
#include "load-tests/pieces/random.h"
#include "proxy/loop/event_loop.h"

// Sends each request when it is due, however the target fares, and counts what becomes of it; it
// does not know how that is shown.
namespace weir::load {

// When one that was shed is made again. kRetryAfter: when the answer says so, after a second when
// it does not say. kBackOff: after 200 ms, each time twice as long, half more or less.
enum class RetryPolicy : uint8_t { kNever, kAtOnce, kBackOff, kRetryAfter };
// What becomes of those open when the last phase is over.
enum class AtEnd : uint8_t { kWait, kGiveUp };

struct RunParams {
  std::vector<Phase> profile;  // the rates are not used when `closed` is set
  Arrivals arrivals = Arrivals::kPoisson;
  size_t closed = 0;  // not 0: that many requests are always open, each due when one has ended
  Duration ramp{};    // of a closed loop: in which its number rises from one to `closed`
  size_t connections = 10000;  // at most
  Turns turns = Turns::kLastFirst;
  Duration timeout = std::chrono::seconds(10);
  Duration objective = std::chrono::milliseconds(100);
  Duration warmup{};  // what is due before is in the series only
  RetryPolicy retries = RetryPolicy::kNever;
  int most_attempts = 6;  // of one request, where there are retries
  AtEnd at_end = AtEnd::kWait;
  bool logs_requests = false;
  uint64_t seed = 1;
  std::optional<uint64_t> expected_bytes;  // an ok whose body is of another length has failed
  RequestText request;
};

struct RunResult {
  std::vector<Tally> phases;
  Series series;
  std::vector<LoggedRequest> requests;  // where they are logged; by ticket
  // How long after it was due a request was taken up here: the tool's own lateness.
  Histogram slip;
  size_t connections_opened = 0;
  uint64_t waited = 0;      // found no connection and waited inside
  std::string first_error;  // empty when there was none
  Duration cpu{};           // of this program, during the run
  bool interrupted = false;
};

// What a progress line shows.
struct Progress {
  Duration since_start{};
  double rate = 0;  // asked for at present
  uint64_t open = 0;
  Slice last_second;
};

class Run final : private Connection::Owner {
 public:
  // `loop` and `params` outlive it. `on_over` comes once: everything has ended, or nobody was
  // there, and then result() is empty.
  Run(loop::EventLoop& loop, const RunParams& params, const transport::SocketAddress& target,
      std::function<void()> on_over);

  // Makes no more requests and gives up those that are open.
  void interrupt();
  // Only when it is over. Empty when the target could not be reached at the start: unreachable()
  // says why.
  std::optional<RunResult>& result() { return result_; }
  const std::string& unreachable() const { return unreachable_; }
  Progress progress();

 private:
  struct Request {
    Duration due;  // since the start
    Duration first_due;
    int attempts = 1;
    bool open = true;
    Connection* carrier = nullptr;  // null: waits for a connection
  };
  struct Retry {
    Duration due;
    Duration first_due;
    int attempts;
    bool operator>(const Retry& other) const { return due > other.due; }
  };

  void on_opened(Connection& connection) override;
  void on_reply(Connection& connection, Ticket ticket, const Reply& reply) override;
  void on_failed(Ticket ticket, Failure why, const std::string& text) override;
  void on_gone(Connection& connection) override;

  void begin();
  void send_due();
  size_t wanted_open() const;
  void fill_closed();
  std::optional<Duration> next_due() const;
  void make_request(Duration due, Duration first_due, int attempts);
  void use_free(Connection& connection);
  void retry_later(const Request& request, const Reply& reply);
  Duration pause_before_retry(int attempts, const Reply& reply);
  Outcome judge(const Reply& reply);
  void finish(Ticket ticket, Outcome outcome);
  void heartbeat();
  void time_out();
  bool scheduled_all() const;
  void measure_phases();
  void check_over();

  Duration elapsed() const { return loop_.timeline().now() - begin_; }
  Request& request(Ticket ticket) { return requests_[ticket - first_ticket_]; }
  Tally* tally_of(Duration due);

  loop::EventLoop& loop_;
  const RunParams& params_;
  std::function<void()> on_over_;
  Duration length_;
  std::vector<Duration> schedule_;
  size_t next_scheduled_ = 0;
  std::priority_queue<Retry, std::vector<Retry>, std::greater<>> retries_;
  pieces::Random chance_;  // of the retries
  pieces::ExactAlarm alarm_;
  Pool pool_;
  TimePoint begin_;
  Duration cpu_at_begin_{};
  // From the oldest that is open on, in order of being due; the ended ones among them too.
  std::deque<Request> requests_;
  Ticket first_ticket_ = 0;
  std::deque<Ticket> waiting_;
  size_t open_ = 0;
  loop::Timeline::Timer heartbeat_;
  std::optional<RunResult> result_;
  std::string unreachable_;
  bool ended_as_agreed_ = false;  // the connection that goes next: its answer was to be the last
  bool over_ = false;
  bool interrupted_ = false;
};

}  // namespace weir::load
