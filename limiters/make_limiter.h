#pragma once

#include <memory>
#include <string_view>

#include "limiters/limit_algorithm.h"
#include "limiters/params.h"
#include "limiters/wait_queue.h"

// Names every algorithm and queue there is.
namespace weir::limiters {

std::unique_ptr<LimitAlgorithm> make_algorithm(const LimiterParams& params);
std::unique_ptr<WaitQueue> make_wait_queue(const QueueParams& params);
// As in the configuration.
std::string_view word_of(Algorithm algorithm);
// Where a limiter starts: the initial limit within its bounds, or the fixed one.
int first_limit(const LimiterParams& params);
// How many may wait before the regulator has learnt better.
int first_max_waiting(const QueueParams& params);

}  // namespace weir::limiters
