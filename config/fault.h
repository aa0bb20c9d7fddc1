#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Something wrong with the configuration, or worth a warning, in the words that a person reads.
namespace weir::config {

struct Fault {
  std::string file;  // or the origin, such as "flag --workers"; empty: nowhere in particular
  int line = 0;      // from 1; 0: no line
  int column = 0;    // from 1
  std::string key;   // "client.idle_timeout"; empty: the file as a whole
  std::string text;  // what is wrong, what is expected, the nearest that is known
};

// "file:line:column: key: text", without the parts that are not known.
std::string to_string(const Fault& fault);

// "weir.yaml: 2 faults, 1 warning", for the end of a list of them; "weir.yaml: no faults".
std::string closing_line(std::string_view file, size_t faults, size_t warnings);

// In double quotes, shortened when long, with control bytes and what is not UTF-8 shown as \xNN.
std::string quoted(std::string_view text);

}  // namespace weir::config
