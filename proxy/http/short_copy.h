#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

// Copies texts of a few bytes, of which heads are put together; it does not know what they say.
namespace weir::http {

// As memcpy(), which for so little costs more to call than to do: two moves that overlap take any
// size between one and two of theirs. Returns where `text` ends in `to`.
inline char* copy_short(char* to, std::string_view text) {
  const char* const from = text.data();
  const size_t size = text.size();
  const auto ends = [&]<size_t kMove>() {
    // Both are read before either is written, so that the compiler needs no order among them.
    char first[kMove];
    char last[kMove];
    std::memcpy(first, from, kMove);
    std::memcpy(last, from + size - kMove, kMove);
    std::memcpy(to, first, kMove);
    std::memcpy(to + size - kMove, last, kMove);
  };
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    ends.operator()<16>();
  } else if (size >= 8) {
    ends.operator()<8>();
  } else if (size >= 4) {
    ends.operator()<4>();
  } else if (size >= 2) {
    ends.operator()<2>();
  } else if (size == 1) {
    *to = *from;
  }
  return to + size;
}

}  // namespace weir::http
