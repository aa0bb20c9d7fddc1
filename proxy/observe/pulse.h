#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "limiters/timeline.h"
#include "proxy/loop/event_loop.h"

// Asks each worker's loop for a turn every second and says which of them owe one; it does not know
// what keeps them from it.
namespace weir::observe {

class Pulse {
 public:
  // Far more than any turn takes that comes to its end.
  static constexpr limiters::Duration kStuckAfter = std::chrono::seconds(5);

  // Asks from `timeline`, which is no worker's; both outlive it.
  Pulse(std::vector<loop::EventLoop*> loops, limiters::Timeline& timeline);
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  // For how long the loop has owed the turn that it was asked for last; 0 when it had it.
  limiters::Duration owed_by(size_t loop) const;
  struct Stuck {
    size_t loop;
    limiters::Duration since;
  };
  static std::string line_of(const Stuck& stuck);
  // The loop that has owed its turn the longest, when that is kStuckAfter or more.
  std::optional<Stuck> stuck() const;

 private:
  struct Beat {
    loop::EventLoop* loop;
    limiters::TimePoint asked;
    // Outlives whoever of the loop's mailbox and the pulse is gone first.
    std::shared_ptr<std::atomic<bool>> had;
    bool said = false;
  };
  void ask();
  void say(Beat& beat, size_t loop);

  limiters::Timeline& timeline_;
  std::vector<Beat> beats_;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir::observe
