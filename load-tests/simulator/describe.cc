#include "load-tests/simulator/describe.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "load-tests/simulator/bench.h"

namespace weir::simulator {
namespace {

using Json = nlohmann::ordered_json;

// The words of the scenario files.
std::string_view word_of(Times times) {
  constexpr std::array<std::string_view, 4> kWords{"constant", "exponential", "lognormal",
                                                   "pareto"};
  return kWords[static_cast<size_t>(times)];
}
std::string_view word_of(Discipline discipline) {
  constexpr std::array<std::string_view, 3> kWords{"fifo", "sharing", "lifo"};
  return kWords[static_cast<size_t>(discipline)];
}

std::string_view word_of(Retry retry) {
  constexpr std::array<std::string_view, 4> kWords{"never", "at_once", "back_off", "retry_after"};
  return kWords[static_cast<size_t>(retry)];
}

Json to_json(const Conditions& is) {
  Json json{{"from", is.from_seconds},
            {"workers", is.workers},
            {"service", is.service_seconds},
            {"slow_share", is.slow_share},
            {"slow_times", is.slow_times},
            {"thrash", is.thrash},
            {"outside", is.outside_seconds},
            {"failing_share", is.failing_share},
            {"quick_share", is.quick_share},
            {"reading_share", is.reading_share},
            {"reading", is.reading_seconds},
            {"stalled", is.stalled},
            {"freeze_every", is.freeze_every_seconds},
            {"freeze", is.freeze_seconds},
            {"hidden_load", is.hidden_load},
            {"hard_cap", is.hard_cap},
            {"most_per_second", is.most_per_second},
            {"leaving_share", is.leaving_share},
            {"leaving", is.leaving_seconds},
            {"leavers", is.leavers},
            {"leavers_want", is.leavers_want_seconds},
            {"leavers_stay", is.leavers_stay_seconds},
            {"leavers_pause", is.leavers_pause_seconds},
            {"load", is.load},
            {"batch_load", is.batch_load}};
  if (is.refusing_share > 0) json["refusing_share"] = is.refusing_share;
  if (is.quota_per_second > 0) json["quota_per_second"] = is.quota_per_second;
  return json;
}

Json to_json(const World& world) {
  const auto or_null = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  Json json{{"name", world.name},
            {"times", word_of(world.times)},
            {"discipline", word_of(world.discipline)},
            {"gone_caller", world.gone_caller == GoneCaller::kWorksOn ? "works_on" : "stops"},
            {"seconds", world.seconds},
            {"warm_up", world.warm_up_seconds},
            {"proxies", world.proxies},
            {"clients", world.clients},
            {"think", world.think_seconds},
            {"session_requests", world.session_requests},
            {"batch_classes", world.batch_classes},
            {"tenants", world.tenants},
            {"tenant_work", world.tenant_work},
            {"retry", word_of(world.retry)},
            {"attempts", world.most_attempts},
            {"retry_after_max", world.retry_after_max_seconds},
            {"gives_up", or_null(world.deadline_seconds)},
            {"in_time", world.deadline()},
            {"response_timeout", world.response_timeout_seconds},
            {"lapse_every", world.lapse_every_seconds},
            {"lapse", world.lapse_seconds},
            {"step_at", or_null(world.step_seconds)},
            {"unloaded_p50", world.unloaded(0.5)},
            {"unloaded_p99", world.unloaded(0.99)}};
  if (world.queues > 1) json["queues"] = world.queues;
  if (world.refuses_with == Refusal::kTooManyRequests) json["refuses_with"] = "429";
  for (const Conditions& each : world.conditions) json["conditions"].push_back(to_json(each));
  return json;
}

}  // namespace

std::string describe(const std::vector<Scenario>& scenarios, double share) {
  Json json = Json::array();
  for (const Scenario& scenario : scenarios) {
    Json one{{"name", scenario.name}, {"title", scenario.title}, {"seeds", scenario.seeds}};
    for (const World& world : scenario.worlds)
      one["worlds"].push_back(to_json(shortened(world, share)));
    json.push_back(std::move(one));
  }
  return json.dump(1) + "\n";
}

std::string describe(const World& world) { return to_json(world).dump(1) + "\n"; }

}  // namespace weir::simulator
