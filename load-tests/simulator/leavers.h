#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "limiters/random.h"
#include "limiters/timeline.h"
#include "load-tests/simulator/proxies.h"
#include "load-tests/simulator/service.h"

// Callers who ask for what takes long without a worker, leave before it comes and ask again at
// once, as an attack or a client with too short a timeout does; they are in no score, and know
// nothing of the others.
namespace weir::simulator {

class Leavers {
 public:
  // All outlive it.
  Leavers(const World& world, limiters::Timeline& timeline, Service& service, Proxies& proxies,
          uint64_t seed);
  ~Leavers();
  Leavers(const Leavers&) = delete;
  Leavers& operator=(const Leavers&) = delete;

  // Conditions may have changed: as many come as they say. Those who are too many go when they
  // would ask again.
  void refresh();

 private:
  class Caller;

  const Conditions& conditions() const;

  const World& world_;
  limiters::Timeline& timeline_;
  Service& service_;
  Proxies& proxies_;
  limiters::Random pauses_;
  std::vector<std::unique_ptr<Caller>> callers_;
};

}  // namespace weir::simulator
