#include "proxy/observe/metrics_shard.h"

#include <numeric>

#include "proxy/http/is_exactly.h"

namespace weir::observe {

using exchange::Ending;
using limiters::Outcome;

void MetricsShard::record(const exchange::ExchangeFacts& facts) noexcept {
  const auto code_class = static_cast<size_t>(facts.status / 100) % kClasses;
  const size_t version = http::is_exactly(facts.version, "h1.1")   ? 1
                         : http::is_exactly(facts.version, "h1.0") ? 0
                                                                   : 2;
  count(requests_[code_class][version]);
  Ended<Counter>& ended = facts.exempt ? exempt_ : limited_;
  count(ended.endings[static_cast<size_t>(facts.ending)]);
  if (!facts.priority_name.empty()) {
    count(asked_[facts.priority]);
    if (facts.rejection) count(turned_away_[facts.priority]);
  }
  if (facts.rejection) {
    auto& rejected = facts.ending == Ending::kRejected ? enforced_ : dry_run_;
    count(rejected[static_cast<size_t>(*facts.rejection)]);
  }
  if (facts.ending == Ending::kClientLeft)
    count(ended.client_left[static_cast<size_t>(facts.stage)]);
  if (facts.retried) count(retried_);
  // Who passes by the limiter says nothing of what it lets through.
  if (facts.backend && !facts.exempt) {
    backend_.observe(limiters::to_seconds(*facts.backend));
    // Once the service's head is here, the status is the service's.
    if (exchange::outcome_of_answer(facts.status, overload_statuses_) == Outcome::kOverload)
      count(overload_answers_);
  }
  if (facts.queue_wait) queue_wait_.observe(limiters::to_seconds(*facts.queue_wait));
  // How long a tunnel or a stream stood, and a shed's shortness, say nothing of how fast requests
  // are served.
  if (!facts.stood && facts.ending != Ending::kRejected)
    request_.observe(limiters::to_seconds(facts.total));
  if (facts.ending == Ending::kServed) served_latency_.add(facts.total);
  if (facts.retry_after_seconds) retry_after_.observe(*facts.retry_after_seconds);
}

MetricsShard::Totals MetricsShard::read() const {
  const auto copy = [](const auto& from, auto& to) {
    for (size_t i = 0; i < from.size(); ++i) to[i] = from[i].load(std::memory_order_relaxed);
  };
  Totals totals;
  for (size_t i = 0; i < kClasses; ++i) copy(requests_[i], totals.requests[i]);
  copy(limited_.endings, totals.limited.endings);
  copy(limited_.client_left, totals.limited.client_left);
  copy(exempt_.endings, totals.exempt.endings);
  copy(exempt_.client_left, totals.exempt.client_left);
  copy(enforced_, totals.enforced);
  copy(dry_run_, totals.dry_run);
  copy(asked_, totals.asked);
  copy(turned_away_, totals.turned_away);
  copy(placeless_, totals.placeless);
  totals.retried = retried_.load(std::memory_order_relaxed);
  totals.overload_answers = overload_answers_.load(std::memory_order_relaxed);
  totals.backend = backend_.read();
  totals.request = request_.read();
  totals.queue_wait = queue_wait_.read();
  totals.retry_after = retry_after_.read();
  served_latency_.add_to(totals.served_latency);
  return totals;
}

void MetricsShard::Totals::add(const Totals& other) {
  const auto sum = [](auto& to, const auto& from) {
    for (size_t i = 0; i < from.size(); ++i) to[i] += from[i];
  };
  for (size_t i = 0; i < kClasses; ++i) sum(requests[i], other.requests[i]);
  sum(limited.endings, other.limited.endings);
  sum(limited.client_left, other.limited.client_left);
  sum(exempt.endings, other.exempt.endings);
  sum(exempt.client_left, other.exempt.client_left);
  sum(enforced, other.enforced);
  sum(dry_run, other.dry_run);
  sum(asked, other.asked);
  sum(turned_away, other.turned_away);
  sum(placeless, other.placeless);
  retried += other.retried;
  overload_answers += other.overload_answers;
  backend.add(other.backend);
  request.add(other.request);
  queue_wait.add(other.queue_wait);
  retry_after.add(other.retry_after);
  sum(served_latency, other.served_latency);
}

uint64_t MetricsShard::Totals::rejected() const {
  return std::accumulate(enforced.begin(), enforced.end(), uint64_t{0});
}

}  // namespace weir::observe
