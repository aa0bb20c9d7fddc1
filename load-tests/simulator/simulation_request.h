#pragma once

#include <optional>

#include "limiters/permit.h"
#include "load-tests/simulator/simulation.h"

// One attempt of a caller, from the door to the last byte of its answer; it does not know what
// became of the attempts before.
namespace weir::simulator {

class Simulation::Request final : public Ticket, public Job {
 public:
  Request(Simulation& run, Gate& door, uint64_t number) : run_(run), gate(door), id(number) {}
  void on_admitted() override { run_.begin(*this); }
  void on_turned_away() override { run_.turned_away(*this); }
  void on_reply(Reply given) override {
    if (run_.given_up_.erase(id) > 0) return;
    reply = given;
    run_.carry(*this, run_.outer_core_, run_.proxy_core_, &Simulation::answer);
  }
  void take_answer() {
    const Outcome outcome = outcome_of(reply);
    gate.responded(*this, outcome);
    if (reading_seconds <= 0) return finish(outcome);
    timeout = run_.timeline_.after(limiters::from_seconds(reading_seconds),
                                   [this, outcome] { finish(outcome); });
    held =
        run_.timeline_.after(limiters::Permit::kPatience, [this] { gate.held_by_caller(*this); });
  }

 private:
  void finish(Outcome outcome) {
    gate.finished(*this, outcome);
    run_.end(*this, outcome == Outcome::kSuccess);
  }
  Simulation& run_;

 public:
  Gate& gate;
  const uint64_t id;
  Errand errand;
  double reading_seconds = 0;
  std::optional<double> stays_seconds;  // its caller, whatever comes
  bool inside = false;
  Reply reply = Reply::kSuccess;
  limiters::Timeline::Timer way;
  limiters::Timeline::Timer timeout;
  limiters::Timeline::Timer patience;
  limiters::Timeline::Timer held;
};

}  // namespace weir::simulator
