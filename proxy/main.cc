#include "proxy/console.h"
#include "proxy/loop/signal_watch.h"
#include "proxy/verbs.h"

int main(int argc, char** argv) {
  weir::fill_standard_descriptors();
  weir::loop::ignore_broken_pipes();
  return weir::run_verb(argc, argv);
}
