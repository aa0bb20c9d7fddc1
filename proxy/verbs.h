#pragma once

// The command line: which verb with which flags; it does not know how any of them is done.
namespace weir {

// Exit codes: 0 done (run: drained), 1 not started or something is wrong, 2 stopped by a second
// signal, 3 the drain's time was over.
int run_verb(int argc, char** argv);

}  // namespace weir
