#pragma once

#include <memory>
#include <unordered_map>

#include "limiters/limiter.h"
#include "limiters/regulator.h"
#include "limiters/retry_after.h"
#include "load-tests/simulator/gate.h"

// weir's own gate, the very code that runs in the proxy, behind the simulator's door.
namespace weir::simulator {

class WeirGate final : public Gate {
 public:
  // `timeline` outlives it.
  WeirGate(const limiters::LimiterParams& params, const limiters::QueueParams& queue,
           const limiters::RetryAfterParams& retry_after, limiters::Timeline& timeline,
           uint64_t seed);
  ~WeirGate() override;

  Answer arrive(Ticket& ticket) override;
  void responded(Ticket& ticket, Outcome outcome) override;
  void held_by_caller(Ticket& ticket) override;
  void finished(Ticket& ticket, Outcome outcome) override;
  void left(Ticket& ticket) override;
  double limit() const override { return pool_.limit(); }
  bool probing() const override { return regulator_.probing(); }
  int in_flight() const override { return pool_.in_flight(); }
  int waiting() const override { return pool_.waiting(); }
  int retry_after_seconds() override { return retry_after_.next(timeline_.now()); }
  std::string_view reason() const override;

 private:
  class Stay;
  Stay& stay_of(const Ticket& ticket) { return *stays_.at(ticket.slot); }

  limiters::Timeline& timeline_;
  limiters::PermitPool pool_;
  limiters::SamplerShard shard_;
  limiters::Limiter limiter_;
  limiters::Regulator regulator_;
  limiters::RetryAfter retry_after_;
  uint32_t last_slot_ = 0;
  std::unordered_map<uint32_t, std::unique_ptr<Stay>> stays_;
};

}  // namespace weir::simulator
