#pragma once

#include <optional>
#include <vector>

#include "load-tests/simulator/score.h"
#include "load-tests/simulator/simulation.h"

// Whether several got what was due to each; it knows no oracle.
namespace weir::simulator {

// (sum x)^2 / (n sum x^2) (Jain, Chiu and Hawe 1984): 1 when all are alike, 1/n when one has all; 0
// when nobody has anything.
double jain(const std::vector<double>& each);

// Of `total`, the largest part that can be given to everybody who asks for as much or more while
// the others get what they ask for: max-min fairness. None: there is enough for all.
std::optional<double> equal_part(const std::vector<double>& asked, double total);

// Sets what is of tenants, where there are some.
void judge_tenants(const World& world, const Outcomes& outcomes, Score& score);

}  // namespace weir::simulator
