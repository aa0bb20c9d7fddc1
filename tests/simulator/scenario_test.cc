#include "load-tests/simulator/scenario.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "load-tests/simulator/bench.h"

namespace weir::simulator {
namespace {

class ScenarioTest : public ::testing::Test {
 protected:
  ~ScenarioTest() override { std::remove(path_.c_str()); }
  std::variant<Scenario, Fault> read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_scenario(path_);
  }
  std::string fault(const std::string& text) {
    auto read_back = read(text);
    const Fault* fault = std::get_if<Fault>(&read_back);
    return fault == nullptr ? "" : fault->substr(path_.size() + 1);
  }
  // Tests of this file run at once, each in a process of its own.
  const std::string path_ =
      ::testing::TempDir() + "weir-scenario-" + std::to_string(::getpid()) + ".yaml";
};

TEST_F(ScenarioTest, WorldsInheritWhatIsCommonAndChangeOverTime) {
  auto scenario = std::get<Scenario>(read(
      "title: t\n"
      "common: {service: 20ms, load: 2}\n"
      "worlds:\n"
      "  - {name: a, workers: 4, then: [{at: 10s, workers: 2}, {at: 20s, load: 3}]}\n"
      "  - {name: b, times: pareto, retry: back_off, gone_caller: stops, retry_after_max: 60s}\n"
      "bars: {goodput_share: {at_least: 0.9}}\n"));
  ASSERT_EQ(scenario.worlds.size(), 2U);
  const World& first = scenario.worlds.front();
  EXPECT_EQ(first.at(0).workers, 4);
  EXPECT_EQ(first.at(15).workers, 2);
  EXPECT_EQ(first.at(25).load, 3);
  EXPECT_DOUBLE_EQ(first.at(25).service_seconds, 0.020);
  EXPECT_DOUBLE_EQ(first.at(15).capacity(), 100);
  EXPECT_EQ(scenario.worlds.back().times, Times::kPareto);
  EXPECT_EQ(scenario.worlds.back().retry, Retry::kBackOff);
  EXPECT_EQ(first.retry_after_max_seconds, 30) << "as in the configuration";
  EXPECT_NEAR(scenario.worlds.back().retry_after_max_seconds, 60, 1e-6);
  EXPECT_EQ(first.gone_caller, GoneCaller::kWorksOn);
  EXPECT_EQ(scenario.worlds.back().gone_caller, GoneCaller::kStops);
  EXPECT_EQ(*scenario.bars.front().at_least, 0.9);
}

TEST_F(ScenarioTest, AWorldsOwnBarHoldsInsteadOfTheScenarios) {
  auto scenario = std::get<Scenario>(
      read("worlds:\n"
           "  - {name: a, bars: {w50: {at_most: 3, not_yet: true}}}\n"
           "  - {name: b}\n"
           "bars: {w50: {at_most: 2}, drift_per_hour: {at_least: -0.5, at_most: 0.5}}\n"));
  const auto w50_of = [&scenario](std::string_view world) {
    std::vector<Bar> found = scenario.bars_of(world);
    EXPECT_EQ(found.size(), 2U) << world;
    std::erase_if(found, [](const Bar& bar) { return bar.score != "w50"; });
    return found.front();
  };
  EXPECT_EQ(*w50_of("a").at_most, 3);
  EXPECT_TRUE(w50_of("a").not_yet);
  EXPECT_EQ(*w50_of("b").at_most, 2);
  EXPECT_FALSE(w50_of("b").not_yet);
  EXPECT_EQ(*scenario.bars_of("b").back().at_least, -0.5);
}

TEST_F(ScenarioTest, ChangesThatRepeatDoSoToTheWorldsEnd) {
  auto scenario = std::get<Scenario>(read(
      "worlds: [{name: a, seconds: 7s, workers: 4, then: [{at: 1s, workers: 2}], repeat: 3s}]"));
  const World& world = scenario.worlds.front();
  EXPECT_EQ(world.conditions.size(), 5U);
  for (const double four : {0.0, 0.9, 3.0, 3.9, 6.5}) EXPECT_EQ(world.at(four).workers, 4) << four;
  for (const double two : {1.0, 2.9, 4.0, 5.9}) EXPECT_EQ(world.at(two).workers, 2) << two;
  const World shorter = shortened(world, 0.6);
  EXPECT_NEAR(shorter.seconds, 4.2, 1e-9);
  EXPECT_EQ(shorter.conditions.size(), 4U) << "as often as ever";
  EXPECT_EQ(shorter.at(3.5).workers, 4);
}

TEST_F(ScenarioTest, EachFaultSaysWhereWhatAndWhatWasExpected) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"worlds: [{name: a, service: fast}]",
       "1:29: \"fast\" is not a duration, expected one like 10ms, 2s or 5m"},
      {"worlds: [{name: a, workers: -3}]", "1:29: \"-3\" is not a number, expected one from 0 on"},
      {"worlds: [{nam: a}]", "1:11: \"nam\" is not known here"},
      {"worlds: [{\"\": 3}]", "1:11: \"\" is not known here"},
      {"worlds: [{name: a, name: b}]", "1:20: \"name\" is given twice"},
      {"worlds: [{times: slow}]",
       "1:18: \"slow\" is not known, expected one of constant, exponential, lognormal, pareto"},
      {"worlds: [{gone_caller: kept}]",
       "1:24: \"kept\" is not known, expected one of works_on, stops"},
      {"worlds: []", "1:1: expected a list of worlds"},
      {"worlds: [{name: a, then: [{at: 5s}, {at: 5s}]}]",
       "1:37: expected an `at` later than the one before"},
      {"worlds: [{name: a}]\nbars: {speed: {at_least: 1}}", "2:8: \"speed\" is not a score"},
      {"worlds: [{name: a, seconds: 9s, then: [{at: 5s}], repeat: 5s}]",
       "1:59: expected a time after the last change"},
      {"worlds: [{name: a}]\nbars: {w50: {most: 1}}",
       "2:14: \"most\" is not known, expected at_least, at_most or not_yet"},
      {"worlds: [{name: a}]\nbars: {w50: {not_yet: true}}", "2:8: expected at_least or at_most"},
      {"worlds: [{name: a}]\nbars: {w50: {at_most: 1, not_yet: soon}}",
       "2:35: \"soon\" is neither true nor false"},
      {"common: {bars: {w50: {at_most: 1}}}", "1:10: \"bars\" is not known here"},
      {"worlds: [{name: a, batch_classes: [0.5, 0.6]}]",
       "1:35: shares that are 1.1 together, expected 1"},
      {"worlds: [{name: a, batch_classes: 0.5}]",
       "1:35: no list, expected a list of one to 7 shares"},
      {"worlds: [{name: a, batch_classes: [0.5, 0.5]}]",
       "1:10: batch_classes without a batch, expected a batch_load above 0"},
      {"worlds: [{name: a, tenants: [0.5, 0.5], tenant_work: [2]}]",
       "1:10: tenant_work of 1 and 2 tenants, expected one for each"},
      {"worlds: [{name: a, tenants: [0.5, 0.5], tenant_work: [2, 0]}]",
       "1:58: 0, expected a number above 0"},
      {"worlds: [{name: a, tenant_work: 2}]", "1:33: no list, expected a list of numbers above 0"},
      {"worlds: [{name: a, tenants: [0.5, 0.5], clients: 3}]",
       "1:10: tenants in a closed loop, expected a load instead of clients"},
      {"worlds: [{name: a, tenants: [0.5, 0.5], batch_load: 1, batch_classes: [0.2, 0.2, 0.2, "
       "0.4]}]",
       "1:10: tenants and 5 priorities, expected at most 4"},
      {"worlds: [{name: a, leaving_share: 7}]", "1:35: \"7\" is not a share, expected 0 to 1"},
      {"worlds: [{name: a, step_at: 99s}]",
       "1:10: step_at is at the end or after it, expected one before"},
      {"worlds: [{name: a, queues: 4, workers: 8, then: [{at: 5s, workers: 3}]}]",
       "1:10: 4 queues and 3 workers, expected one for each"},
      {"worlds: [{name: a, queues: 2, discipline: sharing}]",
       "1:10: queues of a service that shares, expected discipline fifo or lifo"},
      {"common: {repeat: 5s}", "1:10: \"repeat\" is not known here"},
      {"worlds: [{bars: {w50: {at_most: 1}}}]", "1:17: expected a world with a name"},
      {"worlds: [{name: a}, {name: a}]", "1:21: a world \"a\" is there twice"},
      {"worlds: [{name: \"a\xff\"}]", "1:17: \"a\\xff\" is not clean UTF-8, expected text"},
      {"worlds: [{name: a, seconds: 1s}]", "1:10: expected a warm_up shorter than seconds"}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(fault(text), expected) << text;
}

TEST_F(ScenarioTest, AFileThatIsNotThereIsNamed) {
  EXPECT_EQ(std::get<Fault>(read_scenario("/nowhere.yaml")),
            "/nowhere.yaml: cannot be read, expected a scenario in YAML");
}

}  // namespace
}  // namespace weir::simulator
