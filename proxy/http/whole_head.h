#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

// Finds the end of a head that has come in one piece, by one look at each byte; it does not know
// what is wrong with any other.
namespace weir::http {

struct WholeHead {
  size_t bytes = 0;       // through its blank line
  size_t first_line = 0;  // bytes of it in front of its LF
  size_t lines = 0;       // the first and the blank one included
};

// The head that `text` begins with, when all of it is there, each CR of it stands before a LF and
// each LF behind a CR. Nothing is said of what is cut or has a line break of another kind.
std::optional<WholeHead> find_whole_head(std::string_view text);

}  // namespace weir::http
