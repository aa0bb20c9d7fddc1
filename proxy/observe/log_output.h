#pragma once

#include <atomic>
#include <string_view>

#include "limiters/timeline.h"

// A descriptor that lines go to and that may stall, e.g. a pipe that nobody reads; it does not know
// what the lines say.
namespace weir::observe {

// Belongs to one writing thread; only hurry() may come from another.
class LogOutput {
 public:
  // For what is held when weir ends. Who has not read by then shall not keep the process alive.
  static constexpr auto kFarewell = std::chrono::seconds(1);

  // `fd` stays the caller's and open.
  explicit LogOutput(int fd);

  // Takes from the front of `text` what could be written. 0 when that was all of it, else the
  // errno: ETIMEDOUT when it was hurried and the time is over. Waits for the reader until then.
  int write(std::string_view& text);
  // From now on, write() waits for no longer than kFarewell in all.
  void hurry();

 private:
  bool wait_for_room() const;

  const int fd_;
  const size_t most_at_once_;
  std::atomic<limiters::Duration::rep> until_;  // of the steady clock
};

}  // namespace weir::observe
