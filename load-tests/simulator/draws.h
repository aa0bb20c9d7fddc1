#pragma once

#include <cstdint>
#include <vector>

#include "limiters/random.h"
#include "load-tests/simulator/service_spec.h"

// Chance as a world needs it; it knows no time.
namespace weir::simulator {

// The natural logarithm, exponential and power by our own arithmetic, so that a run has the same
// bytes with every compiler and library. Relative error below 1e-12.
double exact_log(double x);
double exact_exp(double x);

double draw_exponential(limiters::Random& chance, double mean);
// One service time under these conditions, in seconds.
double draw_service(limiters::Random& chance, Times times, const Conditions& conditions);

// The number of one of them, from 0, each as likely as its share; together they are 1. Of less than
// two nothing is drawn.
uint8_t draw_place(limiters::Random& chance, const std::vector<double>& shares);

}  // namespace weir::simulator
