#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "tests/limiters/played_service.h"

// What dry run says would be shed against what is shed, before services of three kinds: (a) all at
// once, each in its own time; (b) a pool of workers with a line inside; (c) a processor that all
// share.
namespace weir::limiters {
namespace {

constexpr int kWidth = 4;
constexpr double kWork = 0.020;
constexpr double kDone = kWidth / kWork;  // per second, by (b) and (c), and by (a) through kWidth
constexpr double kExact = 0.05, kEstimate = 0.15;
constexpr int kUnbounded = 1'000'000;

enum class Kind : uint8_t { kAllAtOnce, kPool, kShared };

struct World {
  Kind kind;
  double load;    // of kDone
  int limit = 0;  // the operator's
  Works works = Works::kEven;
  bool cold = false;  // overloaded since the first request
  std::optional<int> max_waiting{};
  Algorithm algorithm = Algorithm::kFixed;
  int gates = 1;
};

std::string name_of(const World& world) {
  constexpr std::array<const char*, 3> kKinds{"all at once", "pool", "shared"};
  std::array<char, 100> name{};
  std::snprintf(name.data(), name.size(), "%s, %.1f times the load, %s %d%s%s%s%s",
                kKinds[static_cast<size_t>(world.kind)], world.load,
                world.algorithm == Algorithm::kFixed ? "limit" : "knee", world.limit,
                world.works == Works::kEven ? "" : ", exponential", world.cold ? ", cold" : "",
                world.max_waiting ? ", no queue" : "", world.gates > 1 ? ", four loops" : "");
  return name.data();
}

PlayedService::Spec spec_of(const World& world) {
  PlayedService::Spec spec;
  spec.workers = world.kind == Kind::kAllAtOnce ? kUnbounded : kWidth;
  spec.sharing = world.kind == Kind::kShared ? Sharing::kYes : Sharing::kNo;
  spec.gates = world.gates;
  spec.limiter.algorithm = world.algorithm;
  spec.limiter.fixed.limit = world.limit;
  spec.queue.max_waiting = world.max_waiting;
  return spec;
}

struct Shares {
  double enforced, dry;
};

// The share of those who came from then on that was shed, or would have been.
Shares play(const PlayedService::Spec& spec, const std::vector<Asked>& arrivals, double from,
            std::optional<uint8_t> priority = std::nullopt) {
  PlayedService::Spec counts = spec;
  counts.limiter.dry_run = true;
  PlayedService enforced(spec, arrivals), dry(counts, arrivals);
  enforced.run();
  dry.run();
  return {enforced.shed(from, 1e9, priority), dry.shed(from, 1e9, priority)};
}

// Twenty seconds of the load, after ten of a light one unless it is cold.
Shares play(const World& world) {
  std::vector<Demand> demands;
  if (!world.cold)
    demands.push_back({.from = 0, .to = 10, .per_second = kDone / 2, .works = world.works});
  demands.push_back({.from = 10, .to = 30, .per_second = world.load * kDone, .works = world.works});
  const Shares shares = play(spec_of(world), asked(demands), 10);
  std::printf("| %s | %.3f | %.3f |\n", name_of(world).c_str(), shares.enforced, shares.dry);
  return shares;
}

void expect_alike(const World& world, double within) {
  const Shares shares = play(world);
  EXPECT_NEAR(shares.dry, shares.enforced, within) << name_of(world);
}

// At, below and above the width, light and heavy.
std::vector<World> worlds(Kind kind, bool cold = false) {
  std::vector<World> all;
  for (const Works works : {Works::kEven, Works::kExponential})
    for (const double load : {0.5, 1.5, 3.0})
      for (const int limit : {kWidth / 2, kWidth, kWidth * 2})
        all.push_back({.kind = kind, .load = load, .limit = limit, .works = works, .cold = cold});
  return all;
}

// ---- where the model is exact ----

TEST(DryRunTest, SaysWhatIsShedBeforeAServiceThatTakesAllAtOnce) {
  for (const World& world : worlds(Kind::kAllAtOnce)) expect_alike(world, kExact);
}

TEST(DryRunTest, SaysWhatIsShedBeforeAPool) {
  for (const World& world : worlds(Kind::kPool)) expect_alike(world, kExact);
}

TEST(DryRunTest, SaysWhatIsShedWhereNobodyMayWait) {
  for (const Kind kind : {Kind::kAllAtOnce, Kind::kPool})
    for (const double load : {0.5, 1.5, 3.0})
      expect_alike({.kind = kind, .load = load, .limit = kWidth, .max_waiting = 0}, kExact);
}

TEST(DryRunTest, SaysTheSameOfSeveralLoops) {
  for (const Kind kind : {Kind::kAllAtOnce, Kind::kPool})
    expect_alike({.kind = kind, .load = 1.5, .limit = kWidth, .gates = 4}, kExact);
}

TEST(DryRunTest, SaysWhichPriorityIsShed) {
  const std::vector<Asked> arrivals =
      asked({{.from = 0, .to = 5, .per_second = kDone / 2, .priorities = 2},
             {.from = 5, .to = 25, .per_second = kDone * 1.6, .priorities = 2}});
  PlayedService::Spec spec = spec_of({.kind = Kind::kPool, .load = 1.6, .limit = kWidth});
  spec.queue.priorities = 2;
  for (const uint8_t priority : {0, 1}) {
    const Shares shares = play(spec, arrivals, 5, priority);
    EXPECT_NEAR(shares.dry, shares.enforced, kExact) << "priority " << priority;
  }
}

// As it was found: 4 a second that take 2 s each, all at once, one allowed.
TEST(DryRunTest, ALimitOfOneShedsNearlyAllWhereEightAreInside) {
  const Shares shares = play(spec_of({.kind = Kind::kAllAtOnce, .load = 2, .limit = 1}),
                             asked({{.from = 0, .to = 120, .per_second = 4, .mean_work = 2}}), 0);
  EXPECT_GT(shares.enforced, 0.85);
  EXPECT_NEAR(shares.dry, shares.enforced, kExact);
}

// As it was found: a pool of 4 that is asked for half as much again from the start.
TEST(DryRunTest, APoolThatIsFullSinceTheFirstRequestIsNotTakenForAnEndlessLine) {
  expect_alike({.kind = Kind::kPool, .load = 1.5, .limit = kWidth, .cold = true}, kExact);
}

// ---- where it is an estimate ----

TEST(DryRunTest, SaysAboutWhatIsShedBeforeASharedProcessor) {
  for (const World& world : worlds(Kind::kShared)) expect_alike(world, kEstimate);
}

// Nothing is known of few in flight but what the first of them took.
TEST(DryRunTest, SaysAboutWhatIsShedOfAnOverloadSinceTheFirstRequest) {
  for (const Kind kind : {Kind::kAllAtOnce, Kind::kPool})
    for (const World& world : worlds(kind, true)) expect_alike(world, kEstimate);
}

// Even the first of them were slowed down by those who came after them.
TEST(DryRunTest, SaysNoLessThanIsShedBeforeASharedProcessorThatWasNeverSeenIdle) {
  for (const World& world : worlds(Kind::kShared, true)) {
    const Shares shares = play(world);
    EXPECT_GT(shares.dry, shares.enforced - kExact) << name_of(world);
  }
}

TEST(DryRunTest, SaysAboutWhatAnAlgorithmWouldShedThatLearnsFromTheOverload) {
  for (const Kind kind : {Kind::kAllAtOnce, Kind::kPool, Kind::kShared})
    for (const double load : {0.5, 1.5, 3.0})
      expect_alike({.kind = kind, .load = load, .algorithm = Algorithm::kKnee}, kEstimate);
}

}  // namespace
}  // namespace weir::limiters
