#include "proxy/observe/ledger.h"

#include <chrono>

#include "proxy/loop/real_clock.h"

namespace weir::observe {

void WorkerLedger::record(const exchange::ExchangeFacts& facts) {
  shard_.record(facts);
  if (exchange::lies_behind_weir(facts.ending)) on_failure_(facts);
  if (!log_.wants(facts)) return;
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  const int64_t now = duration_cast<microseconds>(loop::wall_now().time_since_epoch()).count();
  pen_.write(facts, now - duration_cast<microseconds>(facts.total).count());
}

}  // namespace weir::observe
