#include "tests/limiters/played_service.h"

#include <algorithm>

#include "limiters/make_limiter.h"
#include "limiters/random.h"

namespace weir::limiters {

std::vector<Asked> asked(const std::vector<Demand>& demands, uint64_t seed) {
  Random chance(seed);
  std::vector<Asked> all;
  for (const Demand& demand : demands) {
    double now = demand.from + chance.exponential(1 / demand.per_second);
    for (; now < demand.to; now += chance.exponential(1 / demand.per_second)) {
      const double work =
          demand.works == Works::kEven ? demand.mean_work : chance.exponential(demand.mean_work);
      const auto priority = static_cast<uint8_t>(chance.uniform() * demand.priorities);
      all.push_back({TimePoint{} + from_seconds(now), work, priority});
    }
  }
  return all;
}

class PlayedService::Request final : public Waiter {
 public:
  Request(PlayedService& service, size_t number) : id(number), service_(service) {}
  void on_permit(Permit granted) override {
    permit = std::move(granted);
    service_.enter(*this);
  }
  void on_rejected(Rejection) override {
    service_.note_shed(*this);
    service_.leave(*this);
  }

  const size_t id;
  std::optional<Permit> permit;
  Timeline::Timer timer;

 private:
  PlayedService& service_;
};

PlayedService::PlayedService(const Spec& spec, std::vector<Asked> asked)
    : spec_(spec),
      asked_(std::move(asked)),
      pool_(spec.gates, first_limit(spec.limiter), first_max_waiting(spec.queue)),
      shed_(asked_.size()) {
  std::vector<const SamplerShard*> shards;
  const auto wake = [this](int gate) {
    wakes_[static_cast<size_t>(gate)] =
        timeline_.at(timeline_.now(), [this, gate] { gates_[static_cast<size_t>(gate)]->serve(); });
  };
  wakes_.resize(static_cast<size_t>(spec.gates));
  for (int i = 0; i < spec.gates; ++i) {
    shards_.push_back(std::make_unique<SamplerShard>());
    shards.push_back(shards_.back().get());
    gates_.push_back(std::make_unique<Limiter>(i, pool_, *shards_.back(), make_lanes(spec.queue),
                                               spec.limiter, timeline_, wake));
  }
  regulator_.emplace(spec.limiter, spec.queue, pool_, shards, timeline_, wake);
}

PlayedService::~PlayedService() = default;

void PlayedService::run() {
  for (const Asked& each : asked_) {
    while (timeline_.next().value_or(TimePoint::max()) <= each.when)
      timeline_.run_until(*timeline_.next());
    timeline_.run_until(each.when);
    arrive();
  }
}

void PlayedService::arrive() {
  const size_t id = arrived_++;
  Request& request = *(requests_[id] = std::make_unique<Request>(*this, id));
  Limiter& gate = *gates_[id % gates_.size()];
  Admission answer = gate.admit({.priority = asked_[id].priority}, request);
  if (std::holds_alternative<Rejection>(answer)) {
    note_shed(request);
    return leave(request);
  }
  if (auto* permit = std::get_if<Permit>(&answer)) {
    if (permit->spared()) note_shed(request);
    request.permit = std::move(*permit);
    enter(request);
  }
}

void PlayedService::enter(Request& request) {
  if (spec_.sharing == Sharing::kNo) {
    inside_.push_back(&request);
    return start();
  }
  advance();
  ends_.emplace(got_ + asked_[request.id].work, &request);
  share();
}

void PlayedService::start() {
  while (busy_ < spec_.workers && !inside_.empty()) {
    Request& request = *inside_.front();
    inside_.pop_front();
    ++busy_;
    request.timer = timeline_.after(from_seconds(asked_[request.id].work), [this, &request] {
      --busy_;
      done(request);
      start();
    });
  }
}

double PlayedService::speed() const {
  return std::min(1.0, spec_.workers / std::max(1.0, static_cast<double>(ends_.size())));
}

void PlayedService::advance() {
  got_ += to_seconds(timeline_.now() - std::exchange(since_, timeline_.now())) * speed();
}

void PlayedService::share() {
  if (ends_.empty()) return share_timer_.cancel();
  const double left = std::max(0.0, ends_.begin()->first - got_);
  share_timer_ = timeline_.after(from_seconds(left / speed()) + Duration(1), [this] {
    advance();
    Request& request = *ends_.begin()->second;
    ends_.erase(ends_.begin());
    done(request);
    share();
  });
}

void PlayedService::done(Request& request) {
  request.permit->responded(Outcome::kSuccess);
  std::move(*request.permit).finish(Outcome::kSuccess);
  leave(request);
}

void PlayedService::note_shed(const Request& request) { shed_[request.id] = true; }

// Its own timer may be what runs now, so it is kept until the next one leaves.
void PlayedService::leave(Request& request) {
  spare_ = std::move(requests_.extract(request.id).mapped());
}

double PlayedService::shed(double from, double to, std::optional<uint8_t> priority) const {
  double all = 0;
  double shed = 0;
  for (size_t i = 0; i < asked_.size(); ++i) {
    const double when = to_seconds(asked_[i].when - TimePoint{});
    if (when < from || when >= to || asked_[i].priority != priority.value_or(asked_[i].priority))
      continue;
    ++all;
    shed += shed_[i] ? 1 : 0;
  }
  return shed / all;
}

}  // namespace weir::limiters
