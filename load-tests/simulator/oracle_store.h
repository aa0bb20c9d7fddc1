#pragma once

#include <optional>
#include <string>
#include <utility>

#include "load-tests/simulator/oracle.h"
#include "load-tests/simulator/scenario.h"

// What oracles have found, kept in a folder from one run to the next, for the search is most of a
// run's time and asks no limiter; it does not see when the simulator itself has changed.
namespace weir::simulator {

class OracleStore {
 public:
  // Makes the folder; what is wrong with it is the fault.
  static std::optional<Fault> fault_of(const std::string& folder);
  explicit OracleStore(std::string folder) : folder_(std::move(folder)) {}

  // As find_oracle(), unless the very same was asked before: every figure of the world, and how it
  // is to be searched. Recorded worlds are searched every time. What cannot be read or written is
  // searched, and not kept. From any thread.
  Oracle find(const World& world, int seeds, int steps, OracleEffort effort) const;

 private:
  std::string folder_;
};

}  // namespace weir::simulator
