#include "limiters/make_limiter.h"

#include <array>
#include <utility>
#include <vector>

#include "limiters/aimd_limit.h"
#include "limiters/arrival_queue.h"
#include "limiters/fixed_limit.h"
#include "limiters/gradient2_limit.h"
#include "limiters/gradient_limit.h"
#include "limiters/knee_limit.h"
#include "limiters/vegas_limit.h"

namespace weir::limiters {

std::unique_ptr<LimitAlgorithm> make_algorithm(const LimiterParams& params) {
  switch (params.algorithm) {
    case Algorithm::kFixed:
      return std::make_unique<FixedLimit>(params);
    case Algorithm::kAimd:
      return std::make_unique<AimdLimit>(params);
    case Algorithm::kVegas:
      return std::make_unique<VegasLimit>(params);
    case Algorithm::kGradient:
      return std::make_unique<GradientLimit>(params);
    case Algorithm::kGradient2:
      return std::make_unique<Gradient2Limit>(params);
    case Algorithm::kKnee:
      return std::make_unique<KneeLimit>(params);
  }
  return nullptr;
}

Lanes make_lanes(const QueueParams& params) {
  std::vector<std::unique_ptr<WaitQueue>> lanes;
  for (size_t i = 0; i < params.ranks(); ++i) lanes.push_back(std::make_unique<ArrivalQueue>());
  return Lanes(std::move(lanes), ranks_of_each(params.partitioned));
}

std::string_view word_of(Algorithm algorithm) {
  constexpr std::array<std::string_view, 6> words{"fixed",    "aimd",      "vegas",
                                                  "gradient", "gradient2", "knee"};
  return words[static_cast<size_t>(algorithm)];
}

std::string_view word_of(Cause cause) {
  constexpr std::array<std::string_view, kCauses> words{
      "start",       "held",        "few_samples",  "not_limited", "slow_start",
      "latency_low", "in_use",      "latency_high", "overload",    "service_slower",
      "trying_less", "trying_more", "no_gain",      "all_served",  "places_hung"};
  return words[static_cast<size_t>(cause)];
}

int first_limit(const LimiterParams& params) { return make_algorithm(params)->limit(); }

int first_max_waiting(const QueueParams& params) { return params.max_waiting.value_or(1000); }

}  // namespace weir::limiters
