#pragma once

#include <cstdint>
#include <string_view>

#include "limiters/sample.h"
#include "limiters/timeline.h"

// A door that lets requests into the modelled service, whoever wrote its rules; it knows neither
// the service nor the callers.
namespace weir::simulator {

using limiters::Duration;
using limiters::Outcome;
using limiters::TimePoint;

enum class Answer : uint8_t {
  kAdmitted,
  kWaiting,    // one of the two calls of Ticket follows, unless it leaves before
  kTurnedAway  // 503, at once
};

// One request at one gate. It outlives its stay there.
class Ticket {
 public:
  Ticket() = default;
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  virtual ~Ticket() = default;

  // Only after kWaiting, exactly one of the two, once, never from inside a call to the gate.
  virtual void on_admitted() = 0;
  virtual void on_turned_away() = 0;

  TimePoint arrived;
  TimePoint granted;                      // set by the gate when it admits
  TimePoint responded;                    // set by the gate when the answer begins
  int in_flight = 0;                      // at the grant, this one included; set by the gate
  TimePoint deadline = TimePoint::max();  // when its caller gives up
  uint8_t priority = 0;                   // 0 is the most important
  uint16_t tenant = 0;                    // who asks, where that is said
  uint32_t slot = 0;  // the gate's own: where it keeps what it needs to know of this ticket
};

class Gate {
 public:
  virtual ~Gate() = default;

  virtual Answer arrive(Ticket& ticket) = 0;
  // The first byte of the service's answer is here.
  virtual void responded(Ticket& ticket, Outcome outcome) = 0;
  // The service is done with it, but its caller has not read the answer for a while.
  virtual void held_by_caller(Ticket& /*ticket*/) {}
  // An admitted request has left the service; `outcome` kAbandoned when its caller went away.
  virtual void finished(Ticket& ticket, Outcome outcome) = 0;
  // A waiting request's caller went away.
  virtual void left(Ticket& ticket) = 0;

  // What a busy share in [0, 1] of the service's processors the gate's host shows, each 100 ms of
  // virtual time: only rules that are gated by load look at it.
  virtual void on_busy_share(double /*share*/) {}

  virtual double limit() const = 0;
  virtual int in_flight() const = 0;
  virtual int waiting() const = 0;
  // The limit is where it is to learn something, lower or higher than the rule thinks right.
  virtual bool probing() const { return false; }
  // Whole seconds to tell a request that was just turned away.
  virtual int retry_after_seconds() { return 1; }
  // Why the limit is what it is, one word.
  virtual std::string_view reason() const { return ""; }
};

}  // namespace weir::simulator
