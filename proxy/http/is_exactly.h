#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

// Compares a text with one that stands in the source; it knows no other way for two to be alike.
namespace weir::http {

// As ==, which calls two functions for what is one comparison of a number when the size is known.
template <size_t kBytes>
bool is_exactly(std::string_view text, const char (&wanted)[kBytes]) {
  constexpr size_t kSize = kBytes - 1;
  return text.size() == kSize && std::memcmp(text.data(), wanted, kSize) == 0;
}

}  // namespace weir::http
