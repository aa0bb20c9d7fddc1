#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "load-tests/origin/service.h"

// The command line of weir-origin; it does not know what becomes of it.
namespace weir::origin {

struct Options {
  std::string listen = "127.0.0.1:9000";
  ServiceParams service;
  uint64_t body_bytes = 13;
};

// Ends the program: the code to exit with, and what to print first.
struct Farewell {
  int exit_code;
  std::string text;
};

// A help text is a farewell with code 0; a bad flag one with code 1 and a text of one line.
std::variant<Options, Farewell> read_flags(int count, const char* const* words);

// "10 workers x 10ms, capacity 1000 requests/s".
std::string describe(const ServiceParams& params);

}  // namespace weir::origin
