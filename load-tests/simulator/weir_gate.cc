#include "load-tests/simulator/weir_gate.h"

#include <optional>
#include <utility>

#include "limiters/make_limiter.h"

namespace weir::simulator {

class WeirGate::Stay final : public limiters::Waiter {
 public:
  Stay(WeirGate& gate, Ticket& ticket) : gate_(gate), ticket_(ticket) {}
  void on_permit(limiters::Permit granted) override {
    take(std::move(granted));
    ticket_.on_admitted();
  }
  void on_rejected(limiters::Rejection) override {
    Ticket& ticket = ticket_;
    gate_.stays_.erase(ticket.slot);
    ticket.on_turned_away();
  }
  void take(limiters::Permit granted) {
    ticket_.granted = granted.granted();
    ticket_.in_flight = gate_.in_flight();
    permit.emplace(std::move(granted));
  }
  std::optional<limiters::Permit> permit;

 private:
  WeirGate& gate_;
  Ticket& ticket_;
};

WeirGate::WeirGate(const limiters::LimiterParams& params, const limiters::QueueParams& queue,
                   const limiters::RetryAfterParams& retry_after, limiters::Timeline& timeline,
                   uint64_t seed)
    : timeline_(timeline),
      pool_(1, limiters::first_limit(params), limiters::first_max_waiting(queue), queue.cells()),
      shard_(queue.cells()),
      limiter_(0, pool_, shard_, limiters::make_lanes(queue), params, timeline,
               [this](int) { limiter_.serve(); }),
      regulator_(params, queue, pool_, {&shard_}, timeline, [this](int) { limiter_.serve(); }),
      retry_after_(retry_after, pool_, seed) {}

WeirGate::~WeirGate() = default;

Answer WeirGate::arrive(Ticket& ticket) {
  ticket.slot = ++last_slot_;
  auto stay = std::make_unique<Stay>(*this, ticket);
  limiters::Admission answer = limiter_.admit(
      {.priority = ticket.priority, .partition = ticket.tenant, .deadline = ticket.deadline},
      *stay);
  if (std::holds_alternative<limiters::Rejection>(answer)) return Answer::kTurnedAway;
  const bool admitted = std::holds_alternative<limiters::Permit>(answer);
  if (admitted) stay->take(std::move(std::get<limiters::Permit>(answer)));
  stays_.emplace(ticket.slot, std::move(stay));
  return admitted ? Answer::kAdmitted : Answer::kWaiting;
}

void WeirGate::responded(Ticket& ticket, Outcome outcome) {
  stay_of(ticket).permit->responded(outcome);
}

void WeirGate::held_by_caller(Ticket& ticket) { stay_of(ticket).permit->step_aside(); }

void WeirGate::finished(Ticket& ticket, Outcome outcome) {
  std::move(*stay_of(ticket).permit).finish(outcome);
  stays_.erase(ticket.slot);
}

void WeirGate::left(Ticket& ticket) { stays_.erase(ticket.slot); }

std::string_view WeirGate::reason() const {
  return limiters::word_of(regulator_.decisions().back().cause);
}

}  // namespace weir::simulator
