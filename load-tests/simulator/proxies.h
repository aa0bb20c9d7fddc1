#pragma once

#include <memory>
#include <vector>

#include "limiters/random.h"
#include "load-tests/simulator/gate.h"

// Equal proxies before one service, each with a gate of its own, of which callers take any; they
// know nothing of each other, and it knows neither the service nor the callers.
namespace weir::simulator {

class Proxies {
 public:
  explicit Proxies(uint64_t seed) : chance_(seed) {}
  void add(std::unique_ptr<Gate> gate) { gates_.push_back(std::move(gate)); }

  Gate& any();
  size_t count() const { return gates_.size(); }
  // Its number, from 0.
  size_t number_of(const Gate& gate) const;

  // Of one proxy, on average.
  double limit() const;
  double in_flight() const;
  double waiting() const;
  // One of them is.
  bool probing() const;
  // Of the first.
  std::string_view reason() const { return gates_.front()->reason(); }
  void on_busy_share(double share);

 private:
  limiters::Random chance_;
  std::vector<std::unique_ptr<Gate>> gates_;
};

}  // namespace weir::simulator
