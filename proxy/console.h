#pragma once

#include <string_view>

// What weir says to whoever started it, before and besides serving; it does not know what that is.
namespace weir {

// Opens on /dev/null those of the descriptors 0 to 2 that are closed, before a socket takes the
// number of one: it would be sent what is meant for people, and libuv does not close it. At the
// beginning of main.
void fill_standard_descriptors();

// A stream that takes nothing is no reason to stop: no call throws.
class Console {
 public:
  // To standard output, at once; nothing more after what could not be written.
  void say(std::string_view text);
  // To standard error; what cannot be written there is lost.
  void complain(std::string_view text);
  // What the process exits with where it would exit with `code`: 1 instead of 0 when not all could
  // be said, and then complains of that.
  int exit_code(int code);

 private:
  int error_ = 0;  // an errno, of standard output
};

}  // namespace weir
