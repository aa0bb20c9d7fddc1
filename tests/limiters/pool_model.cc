#include "tests/limiters/pool_model.h"

#include <algorithm>
#include <cmath>

#include "limiters/make_limiter.h"

namespace weir::limiters {

PoolModel::PoolModel(PoolSpec spec)
    : spec_(std::move(spec)),
      chance_(spec_.seed),
      pool_(1, first_limit(spec_.limiter), first_max_waiting(spec_.queue)),
      gate_(0, pool_, shard_, make_lanes(spec_.queue), spec_.limiter, timeline_,
            [this](int) { gate_.serve(); }),
      regulator_(spec_.limiter, spec_.queue, pool_, {&shard_}, timeline_,
                 [this](int) { gate_.serve(); }) {
  limits_.emplace_back(0, pool_.limit());
  regulator_.on_decision = [this](const Decision& decision) {
    limits_.emplace_back(now(), decision.to);
  };
}

void PoolModel::run() {
  begin(0);
  double all = 0;
  for (const Phase& phase : spec_.phases) all += phase.seconds;
  run_turns(TimePoint{} + from_seconds(all));
  arrival_timer_.cancel();
  while (!requests_.empty()) run_turns(timeline_.now() + from_seconds(0.1));
}

// As an event loop does: what is due at once runs in the next turn, not at the
// end of all.
void PoolModel::run_turns(TimePoint until) {
  while (timeline_.next().value_or(TimePoint::max()) <= until)
    timeline_.run_until(*timeline_.next());
  timeline_.run_until(until);
}

void PoolModel::begin(size_t phase) {
  if (phase == spec_.phases.size()) return;
  phase_ = spec_.phases[phase];
  if (phase_.workers == 0) phase_.workers = spec_.workers;
  phase_timer_ = timeline_.after(from_seconds(phase_.seconds), [this, phase] { begin(phase + 1); });
  arrive_next();
  work();
}

void PoolModel::arrive_next() {
  const double per_second = phase_.load * spec_.workers / spec_.service;
  arrival_timer_ =
      timeline_.after(from_seconds(chance_.exponential(1 / per_second)), [this] { arrive(); });
}

void PoolModel::arrive() {
  arrive_next();
  const uint64_t id = ++arrivals_;
  Request& request = *(requests_[id] = std::make_unique<Request>(*this, id));
  request.arrived = now();
  Admission answer = gate_.admit({}, request);
  if (std::holds_alternative<Rejection>(answer)) return leave(request, false);
  if (auto* permit = std::get_if<Permit>(&answer)) enter(request, std::move(*permit));
}

void PoolModel::enter(Request& request, Permit permit) {
  request.permit = std::move(permit);
  inside_.push_back(&request);
  most_in_service_ = std::max(most_in_service_, static_cast<int>(inside_.size()) + busy_);
  work();
}

void PoolModel::work() {
  while (busy_ < phase_.workers && !inside_.empty()) {
    Request& request = spec_.newest_first ? *inside_.back() : *inside_.front();
    spec_.newest_first ? inside_.pop_back() : inside_.pop_front();
    ++busy_;
    request.timer = timeline_.after(from_seconds(draw()), [this, &request] { worked(request); });
  }
}

void PoolModel::worked(Request& request) {
  --busy_;
  work();
  if (phase_.outside == 0) return leave(request, true);
  request.timer =
      timeline_.after(from_seconds(phase_.outside), [this, &request] { leave(request, true); });
}

void PoolModel::leave(Request& request, bool served) {
  passages_.push_back({request.arrived, now(), served});
  if (served) {
    request.permit->responded(Outcome::kSuccess);
    std::move(*request.permit).finish(Outcome::kSuccess);
  }
  // Its own timer may be what runs now, so it is kept until the next one
  // leaves.
  spare_ = std::move(requests_.extract(request.id).mapped());
}

double PoolModel::draw() {
  switch (spec_.shape) {
    case Shape::kDeterministic:
      return spec_.service;
    case Shape::kExponential:
      return chance_.exponential(spec_.service);
    case Shape::kBimodal:
      return chance_.uniform() < 0.9 ? spec_.service / 2 : spec_.service * 5.5;
  }
  return 0;
}

double PoolModel::goodput(double from, double to) const {
  double served = 0;
  for (const Passage& passage : passages_)
    served += passage.served && passage.ended >= from && passage.ended < to ? 1 : 0;
  return served / (to - from);
}

int PoolModel::sheds(double from, double to) const {
  return static_cast<int>(std::ranges::count_if(passages_, [&](const Passage& passage) {
    return !passage.served && passage.arrived >= from && passage.arrived < to;
  }));
}

double PoolModel::quantile(double share, double from, double to) const {
  std::vector<double> latencies;
  for (const Passage& passage : passages_)
    if (passage.served && passage.arrived >= from && passage.arrived < to)
      latencies.push_back(passage.latency());
  if (latencies.empty()) return 0;
  const auto nth = latencies.begin() +
                   static_cast<std::ptrdiff_t>(share * static_cast<double>(latencies.size() - 1));
  std::ranges::nth_element(latencies, nth);
  return *nth;
}

double PoolModel::mean_limit(double from, double to) const {
  double area = 0;
  for (size_t i = 0; i < limits_.size(); ++i) {
    const double begins = std::clamp(limits_[i].first, from, to);
    const double ends = i + 1 < limits_.size() ? std::clamp(limits_[i + 1].first, from, to) : to;
    area += limits_[i].second * (ends - begins);
  }
  return area / (to - from);
}

}  // namespace weir::limiters
