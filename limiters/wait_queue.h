#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "limiters/params.h"
#include "limiters/permit.h"
#include "limiters/timeline.h"

// Those who wait for a permit, and in which order they came; it does not know what they want it
// for, nor who is next.
namespace weir::limiters {

// What the gate knows of a request: no HTTP.
struct Arrival {
  uint8_t priority = 0;    // 0 is the most important
  uint16_t partition = 0;  // of its caller, below kPartitions
  TimePoint deadline = TimePoint::max();
};

// Where it stands among all that ask at its gate.
struct Ranked {
  uint8_t rank = 0;         // 0 is served first
  uint16_t cell = kNoCell;  // its partition's, where there are partitions
};

class WaitQueue;

// A request that waits. Destroying it gives up the place.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // Exactly one of the two, once, and never from inside admit() or finish().
  virtual void on_permit(Permit permit) = 0;
  virtual void on_rejected(Rejection why) = 0;

 protected:
  virtual ~Waiter();
  // Gives up the place now; whoever is over but not destroyed yet is not to be called.
  void stop_waiting();

 private:
  friend class Limiter;
  friend class ArrivalQueue;
  friend class Lanes;
  Limiter* gate_ = nullptr;  // while it waits
  Waiter* before_ = nullptr;
  Waiter* behind_ = nullptr;
  TimePoint since_;
  TimePoint deadline_ = TimePoint::max();
  uint8_t rank_ = 0;
  uint16_t cell_ = kNoCell;
  bool returns_ = false;  // it had a place before
};

// Pushing and removing are O(1). Waiters outlive their stay.
class WaitQueue {
 public:
  virtual ~WaitQueue() = default;
  virtual void push(Waiter& waiter, const Arrival& arrival, TimePoint now) = 0;
  // Both still in the queue; null when it is empty.
  virtual Waiter* oldest() const = 0;
  virtual Waiter* newest() const = 0;
  // 0 when nobody waits.
  virtual Duration newest_has_waited(TimePoint now) const = 0;
  // Whoever has waited for `bound` or is past its own deadline, still in the queue; null when
  // nobody.
  virtual Waiter* expired(TimePoint now, Duration bound) const = 0;
  virtual void remove(Waiter& waiter) = 0;
  // When somebody will have expired.
  virtual std::optional<TimePoint> next_expiry(Duration bound) const = 0;
  virtual size_t size() const = 0;
};

}  // namespace weir::limiters
