#pragma once

#include <cstddef>
#include <string_view>

// Tells clean text from the rest, because yaml-cpp replaces bad UTF-8 silently.
namespace weir::config {

// Bytes of the UTF-8 character at the start of `text` (RFC 3629: no overlong form, no surrogate,
// nothing above U+10FFFF); 0 when there is none, or when it is a control character of ASCII.
size_t clean_character_length(std::string_view text);

// True when `text` consists of such characters only.
bool is_clean(std::string_view text);

}  // namespace weir::config
