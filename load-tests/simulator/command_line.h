#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "load-tests/simulator/measured.h"
#include "load-tests/simulator/scenario.h"

// What was typed after weir-sim; it does not know what is done about it.
namespace weir::simulator {

enum class Verb { kRun, kTrace, kSweep, kReplay, kFuzz, kDescribe, kJudge };

struct Options {
  Verb verb = Verb::kRun;
  std::vector<std::string> scenarios;
  std::vector<std::string> limiters;
  std::string folder = "load-tests/scenarios";
  int seeds = 0;
  bool all_details = false, json = false, is_short = false;
  uint64_t worlds = 200, seed = 1, first_world = 0;
  int traced_seed = 1;
  int width = 100;
  std::string html, oracles;
  std::string log, service = "fifo", deadline, warm_up;
  int workers = 0;
  MeasuredSpec measured;
  Machine machine;
  std::string only_world;
};

// Or the exit status, when everything has been said.
std::variant<Options, int> read_command_line(int count, char** words);

}  // namespace weir::simulator
