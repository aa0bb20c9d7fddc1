#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "proxy/exchange/ending.h"

// Writes what there is to tell of one request as one line of JSON; it does not know where lines go.
namespace weir::observe {

// Remembers the text of the last second, which most lines share; one for each who writes.
class AccessLine {
 public:
  // Appends the line with its newline. `start_microseconds`: when the request arrived by the wall
  // clock, since 1970. What a peer sent goes in as far as it is ASCII and all else as \u00XX: a
  // line is always one line and always JSON.
  void append(std::string& out, const exchange::ExchangeFacts& facts, int64_t start_microseconds);

 private:
  void spell_second(int64_t second);

  int64_t second_ = INT64_MIN;
  std::array<char, 19> text_{};  // "2026-11-25T04:31:32"
};

}  // namespace weir::observe
