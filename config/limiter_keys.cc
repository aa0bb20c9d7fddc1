#include "config/key_builders.h"

// The rows for what the limiters can be told.
namespace weir::config {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr DurationKind kTimeout{milliseconds(1), hours(24), "5s"};
constexpr SwitchKind kSwitch;
constexpr DurationKind kWait{microseconds(1), minutes(10), "100ms"};
constexpr DurationKind kRetryTime{seconds(1), hours(1), "5s"};
constexpr IntegerKind kLimit{1, 1'000'000};
constexpr ChoiceKind<limiters::Algorithm, 6> kAlgorithm{
    {"fixed", "aimd", "vegas", "gradient", "gradient2", "knee"}};

}  // namespace

void add_limiter_keys(Keys& keys) {
  keys.push_back(value(
      "limiter.algorithm", kAlgorithm, [](auto& c) -> auto& { return c.limiter.algorithm; },
      "How the number of requests in the service is found: fixed, aimd, vegas, gradient, gradient2 "
      "or knee."));
  keys.push_back(value(
      "limiter.initial", kLimit, [](auto& c) -> auto& { return c.limiter.initial_limit; },
      "The limit at the start, a hint; without effect where it is fixed."));
  keys.push_back(value(
      "limiter.min", kLimit, [](auto& c) -> auto& { return c.limiter.min_limit; },
      "The limit never falls below."));
  keys.push_back(value(
      "limiter.max", kLimit, [](auto& c) -> auto& { return c.limiter.max_limit; },
      "The limit never grows above."));
  keys.push_back(value(
      "limiter.dry_run", kSwitch, [](auto& c) -> auto& { return c.limiter.dry_run; },
      "Count what would be shed, shed nothing."));
  keys.push_back(value(
      "limiter.fixed.limit", kLimit, [](auto& c) -> auto& { return c.limiter.fixed.limit; },
      "The operator's number."));
  keys.push_back(value(
      "limiter.aimd.timeout", kTimeout, [](auto& c) -> auto& { return c.limiter.aimd.timeout; },
      "Answers that are slower on average count as a loss."));
  keys.push_back(value(
      "limiter.aimd.backoff_ratio", NumberKind{0.5, Bound::kIncluded, 1, Bound::kExcluded},
      [](auto& c) -> auto& { return c.limiter.aimd.backoff_ratio; },
      "What is left of the limit after a loss."));
  keys.push_back(value(
      "limiter.vegas.probe_multiplier", IntegerKind{1, 1000},
      [](auto& c) -> auto& { return c.limiter.vegas.probe_multiplier; },
      "How many times the limit in samples a baseline lives."));
  keys.push_back(value(
      "limiter.gradient.tolerance", NumberKind{1, Bound::kIncluded, 10, Bound::kIncluded},
      [](auto& c) -> auto& { return c.limiter.gradient.tolerance; },
      "How much slower than the baseline is still healthy."));
  keys.push_back(value(
      "limiter.gradient.smoothing", NumberKind{0, Bound::kExcluded, 1, Bound::kIncluded},
      [](auto& c) -> auto& { return c.limiter.gradient.smoothing; },
      "The share of each new value in the limit."));
  keys.push_back(value(
      "limiter.gradient2.tolerance", NumberKind{1, Bound::kIncluded, 10, Bound::kIncluded},
      [](auto& c) -> auto& { return c.limiter.gradient2.tolerance; },
      "How much slower than its long average is still healthy."));
  keys.push_back(value(
      "limiter.gradient2.smoothing", NumberKind{0, Bound::kExcluded, 1, Bound::kIncluded},
      [](auto& c) -> auto& { return c.limiter.gradient2.smoothing; },
      "The share of each new value in the limit."));
  keys.push_back(value(
      "limiter.gradient2.long_window", IntegerKind{1, 100'000},
      [](auto& c) -> auto& { return c.limiter.gradient2.long_window; },
      "How many windows the long average remembers."));
  keys.push_back(value(
      "limiter.gradient2.allowance", IntegerKind{0, 1000},
      [](auto& c) -> auto& { return c.limiter.gradient2.allowance; },
      "How many requests may queue in the service."));
}

void add_shedding_keys(Keys& keys) {
  keys.push_back(value(
      "queue.max_wait", OptionalKind<DurationKind>{"auto", kWait},
      [](auto& c) -> auto& { return c.queue.max_wait; },
      "How long a request may wait for its turn. auto: follows the baseline latency."));
  keys.push_back(value(
      "queue.max_waiting", OptionalKind<IntegerKind>{"auto", {0, 1'000'000}},
      [](auto& c) -> auto& { return c.queue.max_waiting; },
      "How many requests of each priority may wait at most, 0 for none. auto: 1000, or twice what "
      "the service does in the longest wait if that is more."));
  keys.push_back(value(
      "shed.retry_after_min", kRetryTime, [](auto& c) -> auto& { return c.shed.retry_after.min; },
      "The least Retry-After that a shed request is given."));
  keys.push_back(value(
      "shed.retry_after_max", kRetryTime, [](auto& c) -> auto& { return c.shed.retry_after.max; },
      "The most, in deep overload."));
  keys.push_back(value(
      "shed.reveal_reason", kSwitch, [](auto& c) -> auto& { return c.shed.reveal_reason; },
      "Say in Proxy-Status and in the body why a request was shed."));
}

}  // namespace weir::config
