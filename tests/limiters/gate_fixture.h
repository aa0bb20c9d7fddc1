#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "limiters/limiter.h"
#include "limiters/make_limiter.h"

// A small language for what happens at gates in virtual time; wakes are delivered in a later turn,
// as between loops.
namespace weir::limiters {

// One request as the gate sees it.
class Caller final : public Waiter {
 public:
  void on_permit(Permit granted) override {
    ++answers_;
    permit_ = std::move(granted);
  }
  void on_rejected(Rejection why) override {
    ++answers_;
    rejection_ = why;
  }
  void ask(Limiter& gate, const Arrival& arrival) {
    Admission answer = gate.admit(arrival, *this);
    if (auto* granted = std::get_if<Permit>(&answer)) permit_ = std::move(*granted);
    if (const auto* why = std::get_if<Rejection>(&answer)) rejection_ = *why;
    answers_ += std::holds_alternative<Queued>(answer) ? 0 : 1;
  }

  // Whoever has stepped aside asks for a place again.
  void come_back(Limiter& gate, const Arrival& arrival) {
    permit_ = gate.readmit(*std::exchange(permit_, std::nullopt), arrival, *this);
    if (!permit_) answers_ = 0;
  }

  bool runs() const { return permit_.has_value(); }
  bool waits() const { return answers_ == 0; }
  std::optional<Rejection> rejection() const { return rejection_; }
  int answers() const { return answers_; }
  Permit& permit() { return *permit_; }
  void finish(Outcome outcome) {
    std::move(*permit_).finish(outcome);
    permit_.reset();
  }
  void drop() { permit_.reset(); }

 private:
  int answers_ = 0;
  std::optional<Permit> permit_;
  std::optional<Rejection> rejection_;
};

class GateTest : public ::testing::Test {
 protected:
  using Request = std::unique_ptr<Caller>;

  // Before the first request.
  void build(int limit, int gates = 1) {
    pool_ = std::make_unique<PermitPool>(gates, limit, queue_params_.max_waiting.value_or(100),
                                         queue_params_.cells());
    for (size_t rank = 0; rank < queue_params_.ranks(); ++rank)
      pool_->publish_queue(kLongestWait, std::numeric_limits<int>::max(), rank);
    for (int i = 0; i < gates; ++i) {
      shards_.push_back(std::make_unique<SamplerShard>(queue_params_.cells()));
      gates_.push_back(std::make_unique<Limiter>(i, *pool_, *shards_.back(),
                                                 make_lanes(queue_params_), limiter_params_,
                                                 timeline_, [this](int gate) { wake(gate); }));
    }
  }
  void wake(int gate) {
    wakes_.push_back(timeline_.at(timeline_.now(), [this, gate] { this->gate(gate).serve(); }));
  }
  void publish(int limit) {
    pool_->publish_limit(limit);
    for (int i = 0; i < pool_->gates(); ++i) wake(i);
  }

  Request ask(int gate_number = 0, const Arrival& arrival = {}) {
    auto request = std::make_unique<Caller>();
    request->ask(gate(gate_number), arrival);
    return request;
  }
  // Everything that is due now, in as many turns as it takes.
  void settle() {
    while (next() <= timeline_.now()) timeline_.run_until(timeline_.now());
  }
  void pass(Duration time) {
    const TimePoint until = timeline_.now() + time;
    while (next() <= until) timeline_.run_until(next());
    timeline_.run_until(until);
  }
  TimePoint next() const { return timeline_.next().value_or(TimePoint::max()); }
  Limiter& gate(int number = 0) { return *gates_[static_cast<size_t>(number)]; }
  double finished(Outcome outcome, size_t gate = 0) const {
    return shards_[gate]->read().answered[static_cast<size_t>(outcome)];
  }
  double turned_away(size_t gate = 0) const { return shards_[gate]->read().turned_away; }
  Level latencies(size_t gate = 0) const {
    Level all;
    for (const Level& level : cohort(gate).levels) all.add(level);
    return all;
  }
  SamplerShard::CohortTotals cohort(size_t gate = 0) const {
    return shards_[gate]->read(pool_->cohort());
  }

  static constexpr Duration kLongestWait = std::chrono::milliseconds(300);
  LimiterParams limiter_params_;
  QueueParams queue_params_;
  Timeline timeline_{TimePoint{} + std::chrono::hours(1)};
  std::unique_ptr<PermitPool> pool_;
  std::vector<std::unique_ptr<SamplerShard>> shards_;
  std::vector<std::unique_ptr<Limiter>> gates_;
  std::vector<Timeline::Timer> wakes_;
};

}  // namespace weir::limiters
