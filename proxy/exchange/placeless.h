#pragma once

#include <optional>

#include "proxy/exchange/ending.h"

// That one request is inside without a place in the limit, counted for as long as it is; it does
// not know why.
namespace weir::exchange {

class Placelessness {
 public:
  explicit Placelessness(Ledger& ledger) : ledger_(ledger) {}
  Placelessness(const Placelessness&) = delete;
  Placelessness& operator=(const Placelessness&) = delete;
  ~Placelessness() { end(); }

  // From now on, whatever it was before.
  void begin(Placeless as) {
    end();
    as_ = as;
    ledger_.placeless(as, 1);
  }
  void end() {
    if (as_) ledger_.placeless(*as_, -1);
    as_.reset();
  }

 private:
  Ledger& ledger_;
  std::optional<Placeless> as_;
};

}  // namespace weir::exchange
