#include "load-tests/simulator/proxies.h"

#include <algorithm>

namespace weir::simulator {
namespace {

template <typename Of>
double mean(const std::vector<std::unique_ptr<Gate>>& gates, Of of) {
  double sum = 0;
  for (const auto& gate : gates) sum += of(*gate);
  return sum / static_cast<double>(gates.size());
}

}  // namespace

// One alone draws no chance, so that its callers are the same as ever.
Gate& Proxies::any() { return *gates_[gates_.size() == 1 ? 0 : chance_.next() % gates_.size()]; }

size_t Proxies::number_of(const Gate& gate) const {
  const auto its = std::find_if(gates_.begin(), gates_.end(),
                                [&](const auto& each) { return each.get() == &gate; });
  return static_cast<size_t>(its - gates_.begin());
}

double Proxies::limit() const {
  return mean(gates_, [](const Gate& gate) { return gate.limit(); });
}
double Proxies::in_flight() const {
  return mean(gates_, [](const Gate& gate) { return gate.in_flight(); });
}
double Proxies::waiting() const {
  return mean(gates_, [](const Gate& gate) { return gate.waiting(); });
}

bool Proxies::probing() const {
  return std::any_of(gates_.begin(), gates_.end(),
                     [](const auto& gate) { return gate->probing(); });
}

void Proxies::on_busy_share(double share) {
  for (const auto& gate : gates_) gate->on_busy_share(share);
}

}  // namespace weir::simulator
