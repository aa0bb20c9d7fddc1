#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "limiters/cohort.h"
#include "limiters/sample.h"

// The right to have one request at the service; it does not know the request.
namespace weir::limiters {

class Limiter;

enum class Rejection : uint8_t {
  kLimit,          // no place and no queue
  kQueueFull,      // as many wait as may
  kWaitedTooLong,  // waited as long as is allowed now
  kShed,           // would have waited longer than is allowed now, or gave way to a newer one
  kOverShare       // the same, for its partition asks for more than its fair share
};
inline constexpr size_t kRejections = 5;

// Belongs to the loop that granted it; its gate outlives it.
class [[nodiscard]] Permit {
 public:
  Permit(Permit&& other) noexcept
      : gate_(std::exchange(other.gate_, nullptr)),
        granted_(other.granted_),
        in_flight_(other.in_flight_),
        cohort_(other.cohort_),
        cell_(other.cell_),
        incomplete_(other.incomplete_),
        sampled_(other.sampled_),
        responded_(other.responded_),
        aside_(other.aside_),
        for_now_(other.for_now_),
        holds_dry_place_(other.holds_dry_place_),
        spared_(other.spared_) {}
  Permit& operator=(Permit&& other) noexcept;
  // Not finished: as if finished with kIgnored.
  ~Permit() {
    if (gate_ != nullptr) give_back(Outcome::kIgnored);
  }

  // The response head has come: makes the sample. What follows is not the service's latency any
  // more, for a client that reads slowly holds its place but says nothing about the service. Whom
  // the service refused, with kOverload, gives the place free no sooner than a baseline after the
  // grant.
  void responded(Outcome outcome);
  // The request is not whole yet, and the client may take its time: it is not one of those that the
  // service is late with until request_complete(), or until it is answered all the same.
  void request_incomplete();
  // The service has all of the request only now: what went before was the client's time.
  void request_complete();
  // It is not the service that it waits for now, but a client that does not read or send: its place
  // goes to another. Called after kPatience, for one that is a little slower than the service is no
  // news, and at once for a tunnel.
  void step_aside();
  // The same for a client that is slow to send, until Limiter::readmit(); and it makes no sample.
  // False, and it keeps its place, where the service does not wait for the whole of a request
  // before it works on it, or where ten times as many as the limit have stepped aside so.
  bool step_aside_for_now();
  bool aside() const { return aside_; }
  static constexpr Duration kPatience = std::chrono::milliseconds(5);
  // Its latency means nothing: an upgrade, a stream.
  void leave_unsampled() { sampled_ = false; }
  // Makes the sample unless there is one; the freed place is handed out in a later turn, never from
  // inside.
  void finish(Outcome outcome) && {
    if (gate_ != nullptr) give_back(outcome);
  }
  TimePoint granted() const { return granted_; }
  // In dry run: what would have been said instead.
  std::optional<Rejection> spared() const { return spared_; }

 private:
  friend class Limiter;
  friend class DryGate;
  Permit(Limiter& gate, TimePoint granted, int in_flight, Cohort cohort, uint16_t cell)
      : gate_(&gate), granted_(granted), in_flight_(in_flight), cohort_(cohort), cell_(cell) {}
  void give_back(Outcome outcome);

  Limiter* gate_;
  TimePoint granted_;
  int in_flight_;  // at the grant, this one included
  Cohort cohort_;
  uint16_t cell_;  // its partition's, or kNoCell
  bool incomplete_ = false;
  bool sampled_ = true;
  std::optional<Outcome> responded_;
  bool aside_ = false;
  bool for_now_ = false;
  bool holds_dry_place_ = false;  // in dry run, see DryGate
  std::optional<Rejection> spared_;
};

}  // namespace weir::limiters
