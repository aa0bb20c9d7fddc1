#pragma once

#include <optional>
#include <string>
#include <vector>

#include "load-tests/simulator/scenario.h"

// A recorded log and a service of known capacity, as a scenario like any other; it runs nothing and
// reads no file.
namespace weir::simulator {

struct ReplaySpec {
  std::string file;  // what the log is called
  int workers = 1;
  Discipline discipline = Discipline::kFifo;
  std::optional<double> deadline_seconds = std::nullopt;  // as World has it
  std::optional<double> warm_up_seconds = std::nullopt;   // else a twelfth of the log
};

// `log` by time, from 0, over more than a moment. The run ends a little after the last arrival, so
// that what came last can be answered.
Scenario replay_of(const std::vector<Recorded>& log, const ReplaySpec& spec);

}  // namespace weir::simulator
