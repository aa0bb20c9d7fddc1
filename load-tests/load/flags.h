#pragma once

#include <string>
#include <variant>

#include "load-tests/load/run.h"

// The command line of weir-load; it does not know what becomes of it.
namespace weir::load {

enum class ShowProgress : uint8_t { kOnTerminal, kAlways, kNever };
enum class ShowSeries : bool { kNo, kYes };

struct Options {
  std::string target;   // as given, for people
  std::string address;  // of the target: host:port or unix:/path
  RunParams run;
  std::string json;      // a file, "-" for the standard output, empty for none
  std::string requests;  // a file, empty for none
  ShowSeries series = ShowSeries::kNo;
  ShowProgress progress = ShowProgress::kOnTerminal;
};

// Ends the program: the code to exit with, and what to print first.
struct Farewell {
  int exit_code;
  std::string text;
};

// A help text is a farewell with code 0; a bad flag one with code 1 and a text of one line.
std::variant<Options, Farewell> read_flags(int count, const char* const* words);

}  // namespace weir::load
