#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "limiters/params.h"
#include "limiters/permit_pool.h"
#include "limiters/wait_queue.h"

// Where a request stands among all that ask at one gate: by its priority, and by whether it is
// within its partition's fair share; it does not know how shares are found.
namespace weir::limiters {

// Used from one loop only.
class Ranks {
 public:
  // `ranks` as in QueueParams. `pool`, which has the shares, outlives it.
  Ranks(size_t ranks, const PermitPool& pool);

  // Of what a partition asks for, as much is within its share as the pool says, evenly spread over
  // its requests. A priority that there is not is the least important.
  Ranked of(const Arrival& arrival);
  // What stands there is beyond its partition's share.
  bool over_share(uint8_t rank) const { return !credit_.empty() && rank % 2 == 1; }
  // Why one of that rank may not wait where so many of it do; none: it may. Each rank has a bound
  // of its own, for what it and the more important ones ask for.
  std::optional<Rejection> turned_away(uint8_t rank, int waiting) const;

 private:
  const PermitPool& pool_;
  const size_t priorities_;
  std::vector<float> credit_;  // of each cell, towards its next request within; empty: no shares
};

}  // namespace weir::limiters
