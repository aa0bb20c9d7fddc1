#include "load-tests/simulator/fuzz.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "load-tests/simulator/draws.h"

namespace weir::simulator {
namespace {

constexpr double kRequests = 20000;   // that the service could finish
constexpr double kFastest = 100'000;  // requests a second
constexpr double kShortest = 2;       // seconds, however fast
constexpr double kLongest = 600;

// Evenly over the logarithm.
double draw_between(limiters::Random& chance, double least, double most) {
  return least * exact_exp(chance.uniform() * exact_log(most / least));
}

void disturb(limiters::Random& chance, World& world) {
  Conditions& first = world.conditions.front();
  if (chance.uniform() < 0.2) first.thrash = draw_between(chance, 0.002, 0.05);
  if (chance.uniform() < 0.2) {
    first.slow_share = draw_between(chance, 0.01, 0.3);
    first.slow_times = draw_between(chance, 3, 40);
  }
  if (chance.uniform() < 0.1) first.outside_seconds = first.service_seconds * chance.uniform(0, 3);
  if (chance.uniform() < 0.1 && world.discipline == Discipline::kFifo) {
    first.freeze_every_seconds = world.seconds / 6;
    first.freeze_seconds = std::min(1.0, first.freeze_every_seconds / 20);
  }
  if (chance.uniform() < 0.1) first.failing_share = chance.uniform(0, 0.5);
  if (chance.uniform() >= 0.3) return;
  Conditions later = first;
  later.from_seconds = world.seconds / 2;
  switch (chance.next() % 4) {
    case 0:
      later.workers = std::max(1.0, std::floor(first.workers * draw_between(chance, 0.25, 4)));
      later.load = first.load * first.workers / later.workers;
      break;
    case 1:
      later.load = draw_between(chance, 0.3, 5);
      break;
    case 2:
      later.outside_seconds = first.service_seconds * chance.uniform(0.5, 3);
      break;
    default:
      later.service_seconds = first.service_seconds * draw_between(chance, 0.5, 3);
      later.load = first.load * later.service_seconds / first.service_seconds;
  }
  world.conditions.push_back(later);
}

// Not everybody waits, and few services notice who has gone.
void make_impatient(limiters::Random& chance, World& world) {
  if (chance.uniform() >= 0.2) return;
  world.deadline_seconds = world.unloaded(0.99) * draw_between(chance, 1.5, 10);
  if (chance.uniform() < 0.5) world.gone_caller = GoneCaller::kStops;
}

}  // namespace

World fuzzed_world(uint64_t seed, uint64_t number) {
  limiters::Random chance(seed * 1000003 + number);
  World world;
  world.name = fmt::format("{}", number);
  Conditions first;
  first.workers = std::floor(draw_between(chance, 1, 201));
  first.service_seconds = draw_between(chance, 50e-6, 5);
  first.service_seconds = std::max(first.service_seconds, first.workers / kFastest);
  first.load = draw_between(chance, 0.3, 5);
  world.times = static_cast<Times>(chance.next() % 4);
  world.discipline = chance.uniform() < 0.3 ? Discipline::kSharing : Discipline::kFifo;
  world.seconds = std::clamp(kRequests / first.capacity(), kShortest, kLongest);
  world.warm_up_seconds = world.seconds / 3;
  world.conditions.push_back(first);
  disturb(chance, world);
  make_impatient(chance, world);
  return world;
}

std::string in_words(const World& world) {
  static constexpr std::array<std::string_view, 4> kTimes{"constant", "exponential", "lognormal",
                                                          "pareto"};
  std::string text;
  for (const Conditions& is : world.conditions) {
    if (!text.empty()) text += fmt::format("; from {:.3g} s ", is.from_seconds);
    text += fmt::format("{:.0f} x {:.3g} ms {}{}, load {:.2f}", is.workers,
                        is.service_seconds * 1000, kTimes[static_cast<size_t>(world.times)],
                        world.discipline == Discipline::kSharing ? " shared" : "", is.load);
    if (is.slow_share > 0)
      text += fmt::format(", {:.2f} slow x{:.1f}", is.slow_share, is.slow_times);
    if (is.thrash > 0) text += fmt::format(", thrash {:.3f}", is.thrash);
    if (is.outside_seconds > 0)
      text += fmt::format(", outside {:.3g} ms", is.outside_seconds * 1000);
    if (is.freeze_seconds > 0) text += fmt::format(", freezes {:.2g} s", is.freeze_seconds);
    if (is.failing_share > 0) text += fmt::format(", failing {:.2f}", is.failing_share);
  }
  if (world.deadline_seconds)
    text += fmt::format("; callers leave after {:.3g} ms, {}", *world.deadline_seconds * 1000,
                        world.gone_caller == GoneCaller::kStops ? "which is noticed" : "unnoticed");
  return text;
}

}  // namespace weir::simulator
