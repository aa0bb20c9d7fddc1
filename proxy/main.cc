#include <csignal>

#include "proxy/console.h"
#include "proxy/loop/signal_watch.h"
#include "proxy/verbs.h"

int main(int argc, char** argv) {
  // Whoever rotates a log or closes a terminal does not mean to break a start off.
  weir::loop::hold_signals({SIGHUP, SIGUSR1});
  weir::fill_standard_descriptors();
  weir::loop::ignore_broken_pipes();
  return weir::run_verb(argc, argv);
}
