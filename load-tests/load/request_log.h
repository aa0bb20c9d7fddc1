#pragma once

#include <optional>
#include <string>
#include <vector>

#include "load-tests/load/tally.h"

// Each request on a line of its own; it does not know what is made of them.
namespace weir::load {

// Moments since the start of the run.
struct LoggedRequest {
  Duration first_due{};  // of the first attempt, for one that is made again
  Duration due{};
  std::optional<Duration> ended{};  // empty: still open when the run was over
  Outcome outcome = Outcome::kOk;   // of one that has ended
};

// CSV with a head line, in the order of being due:
// first_due_seconds,due_seconds,ended_seconds,outcome; who has not ended has no ended_seconds and
// the outcome "open".
std::string make_csv(const std::vector<LoggedRequest>& requests);

}  // namespace weir::load
