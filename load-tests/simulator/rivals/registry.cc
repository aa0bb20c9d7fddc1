#include "load-tests/simulator/rivals/registry.h"

#include <array>

#include "load-tests/simulator/rivals/aegis_bbr.h"
#include "load-tests/simulator/rivals/breakwater_credits.h"
#include "load-tests/simulator/rivals/brpc_auto.h"
#include "load-tests/simulator/rivals/cinnamon_tuner.h"
#include "load-tests/simulator/rivals/dialogue_aimd.h"
#include "load-tests/simulator/rivals/envoy_gradient.h"
#include "load-tests/simulator/rivals/failsafe_adaptive.h"
#include "load-tests/simulator/rivals/go_zero_shedder.h"
#include "load-tests/simulator/rivals/netflix_aimd.h"
#include "load-tests/simulator/rivals/netflix_gradient.h"
#include "load-tests/simulator/rivals/netflix_gradient2.h"
#include "load-tests/simulator/rivals/netflix_vegas.h"
#include "load-tests/simulator/rivals/netflix_windowed.h"
#include "load-tests/simulator/rivals/vector_arc.h"

namespace weir::simulator::rivals {
namespace {

std::unique_ptr<Rule> raw(std::unique_ptr<NetflixLimit> limit) {
  return std::make_unique<NetflixLimiter>(std::move(limit));
}

std::unique_ptr<Rule> windowed(std::unique_ptr<NetflixLimit> limit) {
  return raw(std::make_unique<NetflixWindowed>(std::move(limit)));
}

struct Rival {
  std::string_view name;
  std::unique_ptr<Rule> (*make)(uint64_t seed);
};

constexpr std::array kRivals{
    Rival{"netflix-aimd", [](uint64_t) { return raw(std::make_unique<NetflixAimd>()); }},
    Rival{"netflix-vegas", [](uint64_t seed) { return raw(std::make_unique<NetflixVegas>(seed)); }},
    Rival{"netflix-vegas-windowed",
          [](uint64_t seed) { return windowed(std::make_unique<NetflixVegas>(seed)); }},
    Rival{"netflix-gradient",
          [](uint64_t seed) { return raw(std::make_unique<NetflixGradient>(seed)); }},
    Rival{"netflix-gradient2", [](uint64_t) { return raw(std::make_unique<NetflixGradient2>()); }},
    Rival{"netflix-gradient2-windowed",
          [](uint64_t) { return windowed(std::make_unique<NetflixGradient2>()); }},
    Rival{"envoy",
          [](uint64_t seed) -> std::unique_ptr<Rule> {
            return std::make_unique<EnvoyGradient>(EnvoyGradient::Params{}, seed);
          }},
    Rival{"envoy-unpinned",
          [](uint64_t seed) -> std::unique_ptr<Rule> {
            return std::make_unique<EnvoyGradient>(EnvoyGradient::Params{.pinned = 0}, seed);
          }},
    Rival{"brpc-auto",
          [](uint64_t seed) -> std::unique_ptr<Rule> { return std::make_unique<BrpcAuto>(seed); }},
    Rival{"vector-arc",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<VectorArc>(); }},
    Rival{"dialogue-aimd",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<DialogueAimd>(); }},
    Rival{"failsafe",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<FailsafeAdaptive>(); }},
    Rival{"cinnamon",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<CinnamonTuner>(); }},
    Rival{"aegis-bbr",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<AegisBbr>(); }},
    Rival{"go-zero",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<GoZeroShedder>(); }},
    Rival{"breakwater",
          [](uint64_t) -> std::unique_ptr<Rule> { return std::make_unique<BreakwaterCredits>(); }},
};

}  // namespace

std::unique_ptr<Rule> make_rule(std::string_view name, uint64_t seed) {
  for (const Rival& rival : kRivals)
    if (rival.name == name) return rival.make(seed);
  return nullptr;
}

std::vector<std::string_view> rule_names() {
  std::vector<std::string_view> names;
  for (const Rival& rival : kRivals) names.push_back(rival.name);
  return names;
}

}  // namespace weir::simulator::rivals
