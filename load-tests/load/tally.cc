#include "load-tests/load/tally.h"

#include <algorithm>

namespace weir::load {

Outcome outcome_of(int status) {
  if (status >= 200 && status < 400) return Outcome::kOk;
  return status == 503 || status == 429 ? Outcome::kShed : Outcome::kFailed;
}

void RetryAfter::record(uint32_t seconds) {
  least = seen == 0 ? seconds : std::min(least, seconds);
  most = std::max(most, seconds);
  sum += seconds;
  ++seen;
}

void RetryAfter::add(const RetryAfter& other) {
  if (other.seen == 0) return;
  least = seen == 0 ? other.least : std::min(least, other.least);
  most = std::max(most, other.most);
  sum += other.sum;
  seen += other.seen;
}

void Tally::record(Outcome outcome, Duration latency, Duration objective) {
  switch (outcome) {
    case Outcome::kOk:
      ++ok;
      if (latency <= objective) ++good;
      return ok_latency.record(latency);
    case Outcome::kShed:
      ++shed;
      return shed_latency.record(latency);
    case Outcome::kFailed:
      ++failed;
      return;
    case Outcome::kError:
      ++errors;
      return;
    case Outcome::kTimeout:
      ++timeouts;
      return;
  }
}

void Tally::add(const Tally& other) {
  length += other.length;
  due += other.due;
  retries += other.retries;
  ok += other.ok;
  good += other.good;
  shed += other.shed;
  failed += other.failed;
  errors += other.errors;
  timeouts += other.timeouts;
  ok_latency.add(other.ok_latency);
  shed_latency.add(other.shed_latency);
  retry_after.add(other.retry_after);
}

double Tally::per_second(uint64_t requests) const {
  const double seconds = limiters::to_seconds(length);
  return seconds > 0 ? static_cast<double>(requests) / seconds : 0;
}

Slice& Series::at(Duration when) {
  const auto index = static_cast<size_t>(std::max(when, Duration(0)) / kSlice);
  if (index >= slices_.size()) slices_.resize(index + 1);
  return slices_[index];
}

void Series::due(Duration when) { ++at(when).due; }

void Series::ended(Duration now, Outcome outcome, Duration latency, Duration objective,
                   uint64_t in_flight) {
  Slice& slice = at(now);
  const auto index = static_cast<size_t>(&slice - slices_.data());
  if (index != current_) {
    close_current();
    current_ = index;
  }
  slice.in_flight = in_flight;
  if (outcome == Outcome::kShed) {
    ++slice.shed;
  } else if (outcome != Outcome::kOk) {
    ++slice.failed;
  } else {
    ++slice.ok;
    if (latency <= objective) ++slice.good;
    latency_.record(latency);
  }
}

void Series::close_current() {
  if (latency_.count() == 0) return;
  slices_[current_].p50 = latency_.quantile(0.5);
  slices_[current_].p99 = latency_.quantile(0.99);
  latency_.clear();
}

Slice Series::last_second() const {
  Slice sum;
  for (size_t i = current_ - std::min<size_t>(current_, 10); i < current_; ++i) {
    const Slice& one = slices_[i];
    sum.due += one.due;
    sum.ok += one.ok;
    sum.good += one.good;
    sum.shed += one.shed;
    sum.failed += one.failed;
    sum.in_flight = one.in_flight;
    sum.p50 = std::max(sum.p50, one.p50);
    sum.p99 = std::max(sum.p99, one.p99);
  }
  return sum;
}

const std::vector<Slice>& Series::slices() {
  close_current();
  return slices_;
}

}  // namespace weir::load
