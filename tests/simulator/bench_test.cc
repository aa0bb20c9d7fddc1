#include "load-tests/simulator/bench.h"

#include <gtest/gtest.h>

#include "load-tests/simulator/fuzz.h"
#include "load-tests/simulator/report.h"

namespace weir::simulator {
namespace {

BenchSpec spec_of(const std::vector<std::string>& limiters) {
  Scenario scenario;
  scenario.name = "s";
  scenario.seeds = 2;
  scenario.bars = {{.score = "goodput_share", .at_least = 0.9, .at_most = {}}};
  World world;
  world.name = "w";
  world.seconds = 10;
  world.warm_up_seconds = 2;
  world.conditions = {{.workers = 4, .load = 2}};
  scenario.worlds = {world};
  return {.scenarios = {scenario}, .limiters = limiters};
}

TEST(Bench, TheSameSeedsGiveTheSameBytes) {
  const BenchSpec spec = spec_of({"knee", "netflix-vegas", "envoy"});
  EXPECT_EQ(to_json(run_bench(spec, nullptr)), to_json(run_bench(spec, nullptr)));
}

TEST(Bench, AScenarioHasItsOwnSeedsUnlessThatIsTooFewOrTheCallerKnowsBetter) {
  const auto seeds = [](int least, int told) {
    BenchSpec spec = spec_of({"knee"});
    spec.least_seeds = least;
    spec.seeds = told;
    return run_bench(spec, nullptr).cells.front().seeds.size();
  };
  EXPECT_EQ(seeds(1, 0), 2U);
  EXPECT_EQ(seeds(3, 0), 3U);
  EXPECT_EQ(seeds(3, 1), 1U);
}

TEST(Bench, TheOracleLosesNothingAndIsNearTheWidth) {
  const BenchResult result = run_bench(spec_of({"knee"}), nullptr);
  ASSERT_EQ(result.oracles.size(), 1U);
  EXPECT_NEAR(result.oracles.front().found.goodput_per_second, 400, 15);
  EXPECT_NEAR(result.oracles.front().found.phases.front().needed, 4, 1);
}

TEST(Bench, AMissedBarIsSaidAndARegressionUnlessItIsKnown) {
  BenchSpec spec = spec_of({"fixed:1"});
  const WorldCell missed = run_bench(spec, nullptr).cells.front();
  ASSERT_EQ(missed.missed.size(), 1U);
  EXPECT_TRUE(missed.missed.front().starts_with("goodput_share 0.2")) << missed.missed.front();
  EXPECT_TRUE(missed.regressed);
  spec.scenarios.front().bars.front().not_yet = true;
  EXPECT_FALSE(run_bench(spec, nullptr).cells.front().regressed);
}

TEST(Bench, AScoreThatAWorldCannotHaveIsNoMiss) {
  BenchSpec spec = spec_of({"knee"});
  for (const char* score : {"converge_seconds", "limit_settle_seconds", "limit_shift", "fairness"})
    spec.scenarios.front().bars.push_back({.score = score, .at_least = 2, .at_most = {}});
  EXPECT_TRUE(run_bench(spec, nullptr).cells.front().missed.empty());
}

TEST(Bench, AMissWithinTheLeewayIsSaidAndNoRegression) {
  BenchSpec spec = spec_of({"fixed:1"});
  spec.leeway = 0.9;
  const WorldCell missed = run_bench(spec, nullptr).cells.front();
  EXPECT_EQ(missed.missed.size(), 1U);
  EXPECT_FALSE(missed.regressed);
  spec.scenarios.front().bars = {{.score = "drift_per_hour", .at_least = 0.1, .at_most = -0.1}};
  spec.leeway = 1;
  EXPECT_FALSE(run_bench(spec, nullptr).cells.front().regressed) << "of a limit that stays";
}

TEST(Report, ARunOfAnySeedIsShown) {
  BenchSpec spec = spec_of({"knee"});
  const std::string first = plot(run_bench(spec, nullptr).cells.front(), 60);
  spec.traced_seed = 2;
  const std::string second = plot(run_bench(spec, nullptr).cells.front(), 60);
  EXPECT_NE(first.find("seed 1\n"), std::string::npos);
  EXPECT_NE(second.find("seed 2\n"), std::string::npos);
  EXPECT_NE(first.substr(first.find('\n')), second.substr(second.find('\n')));
}

TEST(Bench, ProgressCountsEveryRun) {
  int last = 0, all = 0;
  run_bench(spec_of({"knee"}), [&](int done, int of) {
    EXPECT_GT(done, last);
    last = done;
    all = of;
  });
  EXPECT_EQ(last, all);
}

TEST(Report, TheMatrixStarsWhatIsMissedAndTheWorstStandsLast) {
  const std::string text = matrix(run_bench(spec_of({"fixed:1"}), nullptr), "goodput_share", true);
  EXPECT_NE(text.find("fixed:1"), std::string::npos);
  EXPECT_NE(text.find("*"), std::string::npos);
}

TEST(Report, APlotShowsLimitAndReasons) {
  const BenchResult result = run_bench(spec_of({"knee"}), nullptr);
  const std::string text = plot(result.cells.front(), 60);
  for (const char* word : {"limit", "in flight", "p99", "goodput", "latency_high"})
    EXPECT_NE(text.find(word), std::string::npos) << word;
}

TEST(Fuzz, WorldsAreWideAndAlwaysTheSame) {
  double least = 1e9, most = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    const World world = fuzzed_world(1, i);
    EXPECT_EQ(in_words(world), in_words(fuzzed_world(1, i)));
    EXPECT_GE(world.conditions.front().workers, 1);
    least = std::min(least, world.conditions.front().service_seconds);
    most = std::max(most, world.conditions.front().service_seconds);
  }
  EXPECT_LT(least, 1e-4);
  EXPECT_GT(most, 3);
  EXPECT_NE(in_words(fuzzed_world(1, 0)), in_words(fuzzed_world(2, 0)));
}

}  // namespace
}  // namespace weir::simulator
