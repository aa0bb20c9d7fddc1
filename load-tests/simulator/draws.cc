#include "load-tests/simulator/draws.h"

#include <cmath>

namespace weir::simulator {
namespace {

constexpr double kLn2 = 0.693147180559945309417;
constexpr double kParetoExponent = 2.1;
constexpr double kSigma = 1.0;

// Marsaglia's polar method.
double draw_normal(limiters::Random& chance) {
  for (;;) {
    const double x = chance.uniform(-1, 1);
    const double y = chance.uniform(-1, 1);
    const double square = x * x + y * y;
    if (square > 0 && square < 1) return x * std::sqrt(-2 * exact_log(square) / square);
  }
}

double draw_shape(limiters::Random& chance, Times times) {
  switch (times) {
    case Times::kConstant:
      return 1;
    case Times::kExponential:
      return draw_exponential(chance, 1);
    case Times::kLognormal:
      return exact_exp(kSigma * draw_normal(chance) - kSigma * kSigma / 2);
    case Times::kPareto:
      return (kParetoExponent - 1) / kParetoExponent *
             exact_exp(-exact_log(1 - chance.uniform()) / kParetoExponent);
  }
  return 1;
}

}  // namespace

// log(m 2^e) = e ln 2 + 2 artanh((m - 1) / (m + 1)), m in [1/sqrt 2, sqrt 2): the series converges
// by a factor of 34 per term.
double exact_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752440) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1);
  const double square = s * s;
  double term = s;
  double sum = 0;
  for (int k = 1; k < 21; k += 2) {
    sum += term / k;
    term *= square;
  }
  return exponent * kLn2 + 2 * sum;
}

double exact_exp(double x) {
  const int exponent = static_cast<int>(std::floor(x / kLn2 + 0.5));
  const double rest = x - exponent * kLn2;
  double term = 1;
  double sum = 1;
  for (int k = 1; k < 16; ++k) {
    term *= rest / k;
    sum += term;
  }
  return std::ldexp(sum, exponent);
}

double draw_exponential(limiters::Random& chance, double mean) {
  return -mean * exact_log(1 - chance.uniform());
}

double draw_service(limiters::Random& chance, Times times, const Conditions& conditions) {
  const double quick =
      conditions.service_seconds / (1 + conditions.slow_share * (conditions.slow_times - 1));
  const double mean =
      chance.uniform() < conditions.slow_share ? quick * conditions.slow_times : quick;
  return mean * draw_shape(chance, times);
}

uint8_t draw_place(limiters::Random& chance, const std::vector<double>& shares) {
  if (shares.size() < 2) return 0;
  double left = chance.uniform();
  uint8_t drawn = 0;
  while (drawn + 1U < shares.size() && left >= shares[drawn]) left -= shares[drawn++];
  return drawn;
}

}  // namespace weir::simulator
