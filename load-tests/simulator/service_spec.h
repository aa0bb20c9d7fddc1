#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// What a modelled service and its callers are, as plain values; it does not run anything.
namespace weir::simulator {

// All with the same mean. Lognormal has a sigma of 1, Pareto an exponent of 2.1 (a heavy tail with
// a finite variance).
enum class Times : uint8_t { kConstant, kExponential, kLognormal, kPareto };
// FIFO: so many workers and a queue inside; LIFO: the same, and the newest goes first. Sharing: all
// inside share so many processors.
enum class Discipline : uint8_t { kFifo, kSharing, kLifo };
// What a worker does with a request whose caller has gone: most services do not notice.
enum class GoneCaller : uint8_t { kWorksOn, kStops };
// What a service says to whom it refuses: HTTP's 503 or 429.
enum class Refusal : uint8_t { kServiceUnavailable, kTooManyRequests };
enum class Retry : uint8_t { kNever, kAtOnce, kBackOff, kRetryAfter };

// What holds from a moment on. Times are in seconds, shares in [0, 1].
struct Conditions {
  double from_seconds = 0;
  double workers = 10;
  double service_seconds = 0.010;  // mean time in a worker, the slow share included
  double slow_share = 0;           // of requests that take `slow_times` what the others take
  double slow_times = 1;
  double thrash = 0;                // each request inside beyond `workers` slows all by this share
  double outside_seconds = 0;       // delay that holds no worker
  double failing_share = 0;         // answered with an error at once, without a worker
  double refusing_share = 0;        // refused at once, however few are inside
  double quick_share = 0;           // answered well in a millisecond, without a worker
  double reading_share = 0;         // whose callers take `reading_seconds` to read the answer,
  double reading_seconds = 0;       // without a worker, but not finished
  double stalled = 0;               // 1: nothing finishes while this holds
  double freeze_every_seconds = 0;  // all workers stop so often,
  double freeze_seconds = 0;        // for so long
  double hidden_load = 0;           // of the capacity, from callers who pass by the gate
  double hard_cap = 0;              // the service refuses at once beyond so many inside; 0: never
  double most_per_second = 0;       // and beyond so many a second, with a tenth of a second's
                                    // tokens in its bucket at most; 0: never
  double quota_per_second = 0;      // of the first tenant, who gets a 429 beyond; 0: none
  double leaving_share = 0;         // of callers who leave, whatever has come by then,
  double leaving_seconds = 0.01;    // after so long on average
  double leavers = 0;               // so many callers, one request each at a time, besides all
                                    // others: each wants what takes `leavers_want_seconds` and
                                    // no worker, leaves after `leavers_stay_seconds`, and comes
  double leavers_want_seconds = 0.5;  // again after a pause of `leavers_pause_seconds` on average
  double leavers_stay_seconds = 0.03;
  double leavers_pause_seconds = 0.01;
  double load = 0.7;      // offered by open-loop callers, as a share of the capacity
  double batch_load = 0;  // offered besides by callers who are not in a hurry
  // Requests per second that it can do.
  double capacity() const {
    const double of_workers = workers / service_seconds;
    return most_per_second > 0 && most_per_second < of_workers ? most_per_second : of_workers;
  }
};

// One request as somebody saw it: when it came, and what it cost a worker.
struct Recorded {
  double at_seconds = 0;
  double work_seconds = 0;
  uint8_t priority = 0;  // 0 is the most important
};

struct World {
  std::string name;
  std::vector<Conditions> conditions;  // by time, the first from 0
  Times times = Times::kExponential;
  Discipline discipline = Discipline::kFifo;
  // The workers are in so many equal groups, with a queue each, and a request is led to one of
  // these by chance, be it full or not: several processes, rows of a table, shards. Not of a
  // service that shares.
  int queues = 1;
  GoneCaller gone_caller = GoneCaller::kWorksOn;
  Refusal refuses_with = Refusal::kServiceUnavailable;
  bool repeats = false;  // the conditions come again and again, to the end
  double seconds = 60;
  double warm_up_seconds = 5;
  int proxies = 1;           // equal ones, each with a gate of its own; callers take any
  int clients = 0;           // above 0: a closed loop of so many instead of `load`
  double think_seconds = 0;  // of a closed-loop client between two requests
  int session_requests = 1;  // above 1: each open-loop caller has so many, one after the other,
                             // and all are wasted unless the last is answered
  // The batch's share of each priority from 1 on; empty: all of it has priority 1.
  std::vector<double> batch_classes;
  // Each tenant's share of the requests of `load` and of the batch; empty: nobody says who he is.
  std::vector<double> tenants;
  // How long one of its requests is, beside the others'; the mean of all stays what it is. Empty:
  // all alike.
  std::vector<double> tenant_work;
  // By time. Where there are some, they come instead of all that `load` and `clients` would send,
  // with the work that they had instead of drawn work; the conditions say what that comes to.
  std::shared_ptr<const std::vector<Recorded>> recorded;
  Retry retry = Retry::kNever;
  int most_attempts = 3;
  double retry_after_max_seconds = 30;     // that weir's own gate tells, in whole seconds
  std::optional<double> deadline_seconds;  // when callers give up; else from the unloaded p99
  double response_timeout_seconds = 60;    // the proxy's own
  // The core of callers and service, and that of the proxy, each stand still so often, by chance,
  // for so long: other programs want them too. 0: never.
  double lapse_every_seconds = 0, lapse_seconds = 0;
  std::optional<double> step_seconds;  // when the step is that convergence is timed from

  // How many priorities its callers have: as many as are recorded; two where there is a batch, or
  // sessions that are worth more once they have begun.
  size_t priorities() const;
  // By how much a request of that tenant is longer than all are on average; 1 where all are alike.
  double work_of(size_t tenant) const;
  // The first tenant has a quota, at some time.
  bool has_quota() const;
  // Somebody is not in a hurry, at some time.
  bool has_batch() const;
  const Conditions& at(double now) const;
  // What the service could finish in a second then, frozen time taken off.
  double capacity_at(double when) const;
  // When the first conditions after that moment begin, or the end.
  double next_change_after(double seconds) const;
  // A freeze falls into this time.
  bool frozen_between(double from, double until) const;
  // Ten times the unloaded 99th percentile, at least 100 ms, unless given.
  double deadline() const;
  // A quantile of one request alone, in seconds, under the first conditions or as
  // recorded.
  double unloaded(double share) const;
};

}  // namespace weir::simulator
