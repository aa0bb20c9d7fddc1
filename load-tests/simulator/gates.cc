#include "load-tests/simulator/gates.h"

#include <charconv>

#include "limiters/make_limiter.h"
#include "load-tests/simulator/codel_gate.h"
#include "load-tests/simulator/fifo_gate.h"
#include "load-tests/simulator/rivals/registry.h"
#include "load-tests/simulator/rule_gate.h"
#include "load-tests/simulator/weir_gate.h"

namespace weir::simulator {
namespace {

using limiters::Algorithm;

constexpr double kEver = 1e9;

MakeGate weir_gate(limiters::LimiterParams params) {
  return [params](const World& world, limiters::Timeline& timeline, uint64_t seed) {
    limiters::QueueParams queue;
    queue.priorities = world.priorities();
    queue.partitioned = !world.tenants.empty();
    limiters::RetryAfterParams retry_after;
    retry_after.max = limiters::from_seconds(world.retry_after_max_seconds);
    return std::make_unique<WeirGate>(params, queue, retry_after, timeline, seed);
  };
}

// A proxy's part of `times` the true width at the moment, and room for those who only read.
std::function<double()> width_of(const World& world, limiters::Timeline& timeline, double times) {
  return [&world, &timeline, times] {
    const double now = limiters::to_seconds(timeline.now() - limiters::TimePoint{});
    const Conditions& is = world.at(now);
    const double readers = is.capacity() * is.reading_share * is.reading_seconds;
    return std::max(1.0, (times * is.workers + readers) / world.proxies);
  };
}

MakeGate wide_gate(double times, double queue_share, double longest_wait_seconds) {
  return [=](const World& world, limiters::Timeline& timeline, uint64_t) {
    return std::make_unique<FifoGate>(FifoGateSpec{.width = width_of(world, timeline, times),
                                                   .queue_share = queue_share,
                                                   .longest_wait_seconds = longest_wait_seconds},
                                      timeline);
  };
}

MakeGate codel_gate(double times) {
  return [=](const World& world, limiters::Timeline& timeline, uint64_t) {
    return std::make_unique<CodelGate>(width_of(world, timeline, times), timeline);
  };
}

}  // namespace

MakeGate constant_gate(int limit) { return phased_gate({{.limit = limit}}); }

MakeGate phased_gate(const std::vector<Phase>& phases) {
  return [oracle = Oracle{.phases = phases}](const World&, limiters::Timeline& timeline, uint64_t) {
    const auto width = [&oracle, &timeline] {
      return oracle.at(limiters::to_seconds(timeline.now() - limiters::TimePoint{}))->limit;
    };
    return std::make_unique<FifoGate>(FifoGateSpec{.width = width, .longest_wait_seconds = kEver},
                                      timeline);
  };
}

MakeGate gate_named(std::string_view name) {
  for (const Algorithm algorithm : {Algorithm::kAimd, Algorithm::kVegas, Algorithm::kGradient,
                                    Algorithm::kGradient2, Algorithm::kKnee}) {
    if (name != limiters::word_of(algorithm)) continue;
    limiters::LimiterParams params;
    params.algorithm = algorithm;
    return weir_gate(params);
  }
  if (name == "none") return wide_gate(1e9, 0, kEver);
  // As HAProxy's `timeout queue`: time alone bounds the queue.
  if (name == "operator") return wide_gate(1.2, kEver, 0.050);
  if (name == "codel") return codel_gate(1.2);
  if (name.starts_with("fixed:")) {
    limiters::LimiterParams params;
    params.algorithm = Algorithm::kFixed;
    const std::string_view number = name.substr(6);
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), params.fixed.limit);
    if (error != std::errc() || end != number.data() + number.size() || params.fixed.limit < 1)
      return nullptr;
    return weir_gate(params);
  }
  if (!rivals::make_rule(name, 0)) return nullptr;
  return [name = std::string(name)](const World&, limiters::Timeline& timeline, uint64_t seed) {
    return std::make_unique<RuleGate>(rivals::make_rule(name, seed), timeline);
  };
}

std::vector<std::string> gate_names() {
  std::vector<std::string> names{"knee", "gradient", "gradient2", "vegas",
                                 "aimd", "operator", "codel"};
  for (const std::string_view name : rivals::rule_names()) names.emplace_back(name);
  return names;
}

}  // namespace weir::simulator
