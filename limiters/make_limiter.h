#pragma once

#include <memory>
#include <string_view>

#include "limiters/lanes.h"
#include "limiters/limit_algorithm.h"
#include "limiters/params.h"

// Names every algorithm and queue there is.
namespace weir::limiters {

std::unique_ptr<LimitAlgorithm> make_algorithm(const LimiterParams& params);
Lanes make_lanes(const QueueParams& params);
// As in the configuration.
std::string_view word_of(Algorithm algorithm);
// Where a limiter starts: the initial limit within its bounds, or the fixed one.
int first_limit(const LimiterParams& params);
// How many may wait before the regulator has learnt better.
int first_max_waiting(const QueueParams& params);

}  // namespace weir::limiters
