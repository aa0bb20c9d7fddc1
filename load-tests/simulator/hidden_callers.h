#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "limiters/random.h"
#include "limiters/timeline.h"
#include "load-tests/simulator/service.h"

// Callers who pass by every gate and cost the service what the others do; they are in no score, and
// know nothing of the others.
namespace weir::simulator {

class HiddenCallers {
 public:
  // All outlive it.
  HiddenCallers(const World& world, limiters::Timeline& timeline, Service& service, uint64_t seed);
  ~HiddenCallers();
  HiddenCallers(const HiddenCallers&) = delete;
  HiddenCallers& operator=(const HiddenCallers&) = delete;

  // From now on; once.
  void start() { next(); }

 private:
  class Request;

  const Conditions& conditions() const;
  void next();

  const World& world_;
  limiters::Timeline& timeline_;
  Service& service_;
  limiters::Random chance_;
  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, std::unique_ptr<Request>> requests_;
  limiters::Timeline::Timer timer_;
};

}  // namespace weir::simulator
