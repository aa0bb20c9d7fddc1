#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>

// Random draws that are the same for the same seed on every machine; it does not know where the
// seed comes from.
namespace weir::pieces {

// The distributions of the standard library may differ between libraries; the engine may not.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  // Mean 1.
  double exponential() { return -std::log1p(-uniform()); }
  // Mean 0, deviation 1 (Box and Muller; one draw of each pair is left unused).
  double normal() {
    return std::sqrt(2 * exponential()) * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace weir::pieces
